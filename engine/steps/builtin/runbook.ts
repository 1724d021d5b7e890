// `runbook`: another runbook as a step. Its steps take part in the run themselves, under this step's id; what is left for
// this one is to give the outputs.

import type { Json } from "../../value/json.ts";
import { defineStep } from "../definition.ts";
import { Type } from "../type.ts";

/** What `uses:` names for a call of another runbook. */
export const CALL = "runbook";

export const runbook = defineStep({
  name: CALL,
  summary: "Run the steps of another runbook, and give its outputs.",
  inputs: Type.Object(
    {
      path: Type.String({
        description: "Path of its file from the folder of this one, for example ./network.yaml.",
        minLength: 1,
      }),
      inputs: Type.Optional(
        Type.Unsafe<Readonly<Record<string, Json>>>({ type: "object", description: "Its inputs, by name." }),
      ),
    },
    { additionalProperties: false },
  ),
  outputs: Type.Object({}, { description: "Those of the runbook that is called." }),
  examples: [
    {
      title: "A group that another file describes",
      note: "It needs team-group.yaml, whose text is at the end: put it into a file of that name beside this one.",
      with: { path: "./team-group.yaml", inputs: { team: "web" } },
      files: {
        "team-group.yaml": [
          "version: 1",
          "name: team-group",
          "inputs:",
          "  team: { type: string }",
          "steps:",
          "  - id: group",
          "    uses: create-rg",
          '    with: { name: "${{ inputs.team }}-group", location: eastus }',
          "outputs:",
          "  id: ${{ steps.group.outputs.id }}",
          "",
        ].join("\n"),
      },
    },
  ],
  // oxlint-disable-next-line require-yield -- the other steps have asked for everything
  *run(inputs) {
    return (inputs as { readonly outputs?: Readonly<Record<string, Json>> }).outputs ?? {};
  },
});
