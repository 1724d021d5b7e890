import { expect } from "chai";
import { readdirSync } from "node:fs";
import { checkTemplate } from "../../engine/expression/check.ts";
import type { Environment } from "../../engine/expression/names.ts";
import { EvaluationError, type EvaluationScope, evaluateTemplate } from "../../engine/expression/evaluate.ts";
import { functionNamed, functionNames } from "../../engine/expression/functions.ts";
import { parseTemplate } from "../../engine/expression/template.ts";
import { ANY, common, type ValueType } from "../../engine/expression/types.ts";
import { type Json, parseJson } from "../../engine/value/json.ts";
import { Secret } from "../../engine/value/secret.ts";
import { projectFile, readProjectFile } from "../support/project.ts";

/** The tables are plain JSON, for any implementation. `untyped`: nothing is known of the types before the evaluation. */
interface Table {
  readonly scope: EvaluationScope;
  readonly untyped?: boolean;
  readonly cases: readonly Case[];
}
interface Case {
  readonly expr?: string;
  /** A whole template; absent: the expression alone. */
  readonly text?: string;
  readonly untyped?: boolean;
  /** The check, which would refuse it, is left out. */
  readonly unchecked?: boolean;
  readonly value?: Json;
  /** The first message. */
  readonly error?: string;
}

function typeOfValue(value: Json): ValueType {
  if (value === null) return ANY;
  if (value instanceof Secret) return { kind: "secret" };
  if (Array.isArray(value)) return { kind: "array", items: common(value.map(typeOfValue)) };
  if (typeof value === "object") {
    return { kind: "object", properties: new Map(Object.entries(value).map(([name, of]) => [name, typeOfValue(of)])) };
  }
  if (typeof value === "number") return { kind: Number.isInteger(value) ? "integer" : "number" };
  return { kind: typeof value as "string" | "boolean" };
}

function environmentOf(scope: EvaluationScope, untyped: boolean): Environment {
  const typed = (value: Json): ValueType => (untyped ? ANY : typeOfValue(value));
  const steps = Object.entries(scope.steps).map(([id, { outputs }]) => [id, typed(outputs)] as const);
  return {
    inputs: new Map(Object.entries(scope.inputs).map(([name, value]) => [name, typed(value)])),
    steps: new Map(untyped ? [...steps, ["skipped", ANY]] : steps),
  };
}

function outcomeOf(one: Case, scope: EvaluationScope, untyped: boolean): Pick<Case, "value" | "error"> {
  const { template, problems } = parseTemplate(one.text ?? `\${{ ${one.expr} }}`);
  if (template === undefined) return { error: problems[0]!.message };
  const checked = one.unchecked === true ? [] : checkTemplate(template, environmentOf(scope, untyped)).problems;
  if (checked.length > 0) return { error: checked[0]!.message };
  try {
    return { value: evaluateTemplate(template, scope) };
  } catch (thrown) {
    if (thrown instanceof EvaluationError) return { error: thrown.message };
    throw thrown;
  }
}

for (const name of readdirSync(projectFile("test/expressions"))) {
  const table = parseJson(readProjectFile(`test/expressions/${name}`)) as unknown as Table;
  describe(`the expressions of ${name}`, () => {
    for (const one of table.cases) {
      const { value, error } = one;
      const title = (one.text ?? one.expr!).slice(0, 60).trim();
      it(error === undefined ? `${title} gives ${JSON.stringify(value)}` : `${title} tells: ${error}`, () => {
        const outcome = outcomeOf(one, table.scope, one.untyped ?? table.untyped ?? false);
        expect(JSON.parse(JSON.stringify(outcome))).eql(
          JSON.parse(JSON.stringify(error === undefined ? { value } : { error })),
        );
      });
    }
  });
}

describe("the functions", () => {
  for (const name of functionNames) {
    const { example } = functionNamed(name)!;
    it(`are as their documentation says: ${example.text}`, () => {
      expect(outcomeOf({ expr: example.text }, { inputs: {}, steps: {} }, false)).eql({ value: example.value });
    });
  }
});
