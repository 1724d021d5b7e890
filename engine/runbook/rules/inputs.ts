// The descriptions of inputs agree with themselves.

import type { Diagnostic } from "../../source/diagnostic.ts";
import type { Span } from "../../source/source-text.ts";
import { plain } from "../shape.ts";
import { constraintProblem, isOfType } from "../input-values.ts";
import { inputOf } from "../inputs.ts";
import { mapOf, type Rule } from "../outline.ts";

export const inputs: Rule = ({ inputs: described, source }) =>
  [...described].flatMap(([name, { node, span }]) => {
    const entries = mapOf(node);
    const input = inputOf(name, node, span);
    if (entries === undefined || input === undefined) return [];
    const found: Diagnostic[] = [];
    const tell = (code: string, message: string, where: Span, hint?: string): void => {
      found.push({ code, severity: "error", message, source, span: where, ...(hint !== undefined && { hint }) });
    };
    const at = (key: string): Span => entries.get(key)?.value.span ?? span;
    if (input.secret && input.type !== "string") {
      tell(
        "secret-type",
        `secret input "${name}" is of type ${input.type}, and only a string can be secret`,
        at("type"),
      );
    }
    const given = entries.get("default");
    if (input.secret && given !== undefined) {
      const hint = "remove the default; it is asked for, or given in the environment";
      const message = `secret input "${name}" has a default in the file`;
      found.push({
        code: "secret-in-file",
        severity: "error",
        message,
        source,
        span: given.value.span,
        hint,
        masked: true,
      });
      return found;
    }
    if (input.pattern !== undefined && !isPattern(input.pattern)) {
      tell("wrong-value", `"pattern" of input "${name}" is no regular expression`, at("pattern"));
      return found;
    }
    if ((input.minLength ?? 0) > (input.maxLength ?? Infinity)) {
      tell("wrong-value", `"minLength" of input "${name}" is more than its "maxLength"`, at("minLength"));
    }
    for (const value of input.enum ?? []) {
      if (isOfType(value, input.type)) continue;
      tell(
        "wrong-type",
        `"enum" of input "${name}" holds ${JSON.stringify(value)}, which is no ${input.type}`,
        at("enum"),
      );
    }
    if (given === undefined || (given.value.kind === "scalar" && given.value.isTemplate)) return found;
    const problem = constraintProblem(input, plain(given.value) as never);
    if (problem !== undefined) tell("wrong-default", `the default of input "${name}" ${problem}`, given.value.span);
    return found;
  });

function isPattern(text: string): boolean {
  try {
    return new RegExp(text, "u") instanceof RegExp;
  } catch {
    return false;
  }
}
