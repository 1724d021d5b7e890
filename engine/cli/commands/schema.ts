import { runbookSchema } from "../../runbook/schema.ts";
import { builtinSteps } from "../../steps/builtin/index.ts";
import type { CliCommand } from "../command.ts";
import { EXIT } from "../exit-code.ts";
import { Terminal } from "../terminal.ts";

export const schemaCommand: CliCommand = {
  examples: [["runbook schema > runbook.schema.json", "for an editor that completes and checks"]],
  configure: () => {},
  run: async (_command, io) => {
    new Terminal(io.stdout, io.env).line(JSON.stringify(runbookSchema(builtinSteps), null, 2));
    return EXIT.done;
  },
};
