// `assert`: conditions that must hold for the run to go on. Asks nothing of Azure.

import { defineStep } from "../definition.ts";
import { Type } from "../type.ts";

export const assert = defineStep({
  name: "assert",
  summary: "Fail with a message of yours unless conditions hold.",
  inputs: Type.Object(
    {
      conditions: Type.Array(
        Type.Object(
          {
            that: Type.Boolean({ description: "What must be true." }),
            message: Type.String({ description: "What is told when it is not.", minLength: 1 }),
          },
          { additionalProperties: false },
        ),
        { description: "All of them are looked at; all that do not hold are told.", minItems: 1 },
      ),
    },
    { additionalProperties: false },
  ),
  outputs: Type.Object({ passed: Type.Integer({ description: "How many conditions held: all of them." }) }),
  examples: [
    {
      title: "The group is where it should be",
      with: {
        conditions: [
          {
            that: "${{ steps.group.outputs.location == 'eastus' }}",
            message: "the group is in ${{ steps.group.outputs.location }}, expected eastus",
          },
        ],
      },
    },
  ],
  check: ({ conditions = [] }) =>
    conditions.flatMap((condition, index) => {
      const { that, message } = condition as Partial<typeof condition>;
      if (that !== false) return [];
      const text = message === undefined ? "this does not hold" : `this does not hold: ${message}`;
      // A doubt only: an `if` may keep the step from being run.
      return [{ at: `/conditions/${index}/that`, message: text, isDoubt: true }];
    }),
  // oxlint-disable-next-line require-yield -- it needs nothing of Azure
  *run({ conditions }) {
    const failed = conditions.filter(({ that }) => !that).map(({ message }) => message);
    if (failed.length > 0) throw new Error(failed.join("; "));
    return { passed: conditions.length };
  },
});
