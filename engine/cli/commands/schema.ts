import { runbookSchema } from "../../runbook/schema.ts";
import type { CliCommand } from "../command.ts";
import { EXIT } from "../exit-code.ts";
import { addStepTypeOptions, knownStepTypes, stepTypeOptionsOf } from "../step-types.ts";
import { Terminal } from "../terminal.ts";

export const schemaCommand: CliCommand = {
  examples: [
    ["runbook schema > runbook.schema.json", "for an editor that completes and checks"],
    ["runbook schema --runbook vm.yaml", "with the step types of the extensions that it names"],
  ],
  configure: addStepTypeOptions,
  run: async (command, io) => {
    const registry = await knownStepTypes(stepTypeOptionsOf(command), io);
    new Terminal(io.stdout, io.env).line(JSON.stringify(runbookSchema(registry), null, 2));
    return EXIT.done;
  },
};
