// `approve`: waits until somebody says yes or no, for as long as it takes. The run need not go on meanwhile.

import { defineStep } from "../definition.ts";
import { approve as askFor } from "../operation.ts";
import { Type } from "../type.ts";

export const approve = defineStep({
  name: "approve",
  summary: "Wait until somebody approves with the command `runbook approve`, or rejects, which fails the step.",
  inputs: Type.Object(
    { message: Type.String({ description: "What is to be approved.", minLength: 1, maxLength: 1000 }) },
    { additionalProperties: false },
  ),
  outputs: Type.Object({
    by: Type.String({ description: "Who approved: user and machine." }),
    at: Type.String({ description: "When, for example 2026-12-24T08:00:00.000Z." }),
    comment: Type.String({ description: "What they said; empty when nothing." }),
  }),
  examples: [{ title: "Before something that cannot be undone", with: { message: "Remove the old machines?" } }],
  *run({ message }) {
    const { by, at, comment = "" } = yield* askFor(message);
    return { by, at: new Date(at).toISOString(), comment };
  },
});
