// Expressions stand only where they are evaluated: in `with`, `if` and `outputs`.

import type { Rule } from "../outline.ts";
import { templatesIn } from "../outline.ts";

export const places: Rule = ({ inputs, source }) =>
  [...inputs.values()].flatMap(({ node }) =>
    [...templatesIn(node)].map(({ span }) => ({
      code: "expression-place",
      severity: "error" as const,
      message: "an expression stands in the description of an input",
      source,
      span,
      hint: "expressions are evaluated in `with`, `if` and `outputs`",
    })),
  );
