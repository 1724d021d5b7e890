import { expect } from "chai";
import fc from "fast-check";
import type { Expression } from "../../engine/expression/ast.ts";
import { checkTemplate } from "../../engine/expression/check.ts";
import { EvaluationError, evaluateTemplate } from "../../engine/expression/evaluate.ts";
import { functionNames } from "../../engine/expression/functions.ts";
import { printExpression } from "../../engine/expression/print.ts";
import { parseTemplate } from "../../engine/expression/template.ts";
import { ANY } from "../../engine/expression/types.ts";

const span = { start: 0, end: 0 };
const name = fc.constantFrom("inputs", "steps", "a", "b-c", "_d9", "true1", "nullable");
const literal = fc.oneof(
  fc.constantFrom(null, true, false),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value)),
  fc.integer(),
  fc.string({ unit: "binary" }),
);

/** Any expression that a parser could have made. */
const { expression } = fc.letrec<{ expression: Expression }>((tie) => {
  const inner = tie("expression");
  return {
    expression: fc.oneof(
      { maxDepth: 5, withCrossShrink: true },
      literal.map((value): Expression => ({ kind: "literal", value, span })),
      name.map((text): Expression => ({ kind: "name", name: text, span })),
      fc
        .tuple(inner, fc.oneof(name, fc.string()))
        .map(([target, text]): Expression => ({ kind: "property", target, name: text, nameSpan: span, span })),
      fc
        .tuple(inner, inner)
        // A text in brackets is a property.
        .filter(([, index]) => index.kind !== "literal" || typeof index.value !== "string")
        .map(([target, index]): Expression => ({ kind: "index", target, index, span })),
      inner.map((operand): Expression => ({ kind: "not", operand, span })),
      fc
        .tuple(inner, fc.constantFrom("||", "&&", "==", "!=", "<", "<=", ">", ">=" as const), inner)
        .map(([left, operator, right]) => ({ kind: "binary", operator, left, right, span }) as Expression),
      fc
        .tuple(fc.constantFrom(...functionNames, "other"), fc.array(inner, { maxLength: 3 }))
        .map(([text, args]): Expression => ({ kind: "call", name: text, nameSpan: span, arguments: args, span })),
    ),
  };
});

/** The tree without places. */
const shapeOf = (tree: unknown): unknown =>
  JSON.parse(JSON.stringify(tree, (key, value: unknown) => (key === "span" || key === "nameSpan" ? undefined : value)));

describe("any expression", () => {
  it("is the same again when it is printed and parsed", () => {
    fc.assert(
      fc.property(expression, (tree) => {
        const { template, problems } = parseTemplate(`\${{ ${printExpression(tree)} }}`);
        expect(problems).eql([]);
        expect(shapeOf(template!.parts)).eql(shapeOf([tree]));
      }),
      { numRuns: 300 },
    );
  });
  it("keeps its parts within the text and within each other", () => {
    fc.assert(
      fc.property(expression, (tree) => {
        const text = `before \${{ ${printExpression(tree)} }} behind`;
        const within = (value: unknown, outer: { start: number; end: number }): void => {
          if (typeof value !== "object" || value === null) return;
          const own = "span" in value ? (value.span as typeof outer) : outer;
          expect(own.start).within(outer.start, own.end);
          expect(own.end).within(own.start, outer.end);
          for (const [key, child] of Object.entries(value)) if (!key.endsWith("pan")) within(child, own);
        };
        for (const part of parseTemplate(text).template!.parts) within(part, { start: 0, end: text.length });
      }),
    );
  });
});

const environment = { inputs: new Map([["a", ANY]]), steps: new Map([["a", ANY]]) };
const pieces = [
  ..."${{|}}|'|\"|(|)|[|]|.|,|!|==|<|&&|inputs.a|steps.a.outputs.b|lower|format|join|null|1|-|0x|1e9|''|\\".split("|"),
  ..." \n\t#:é😀\u0000",
];

describe("any text", () => {
  const texts = fc.oneof(
    fc.array(fc.constantFrom(...pieces), { maxLength: 40 }).map((some) => `\${{ ${some.join("")} }}`),
    fc.array(fc.constantFrom(...pieces), { maxLength: 40 }).map((some) => some.join(" ")),
    fc.string({ unit: "binary" }).map((some) => `\${{${some}}}`),
  );
  it("is parsed, checked and evaluated without being thrown at, and its problems have places in it", () => {
    fc.assert(
      fc.property(texts, (text) => {
        const { template, problems } = parseTemplate(text);
        expect(template === undefined).equal(problems.length > 0);
        const checked = template === undefined ? [] : checkTemplate(template, environment).problems;
        for (const { span: at } of [...problems, ...checked]) {
          expect(at.start).within(0, text.length);
          expect(at.end).within(at.start + 1, text.length);
        }
        if (template === undefined) return;
        try {
          evaluateTemplate(template, { inputs: { a: { b: [1, "x", null] } }, steps: {} });
        } catch (thrown) {
          expect(thrown).instanceOf(EvaluationError);
        }
      }),
      { numRuns: 2000 },
    );
  });
  it("takes no longer than its length asks for", () => {
    const hostile = ['${{ "\\" }} ', "${{ ' ", "${{ ", "${{ ( ", "${{ - }} ", '${{ " ', "${{ inputs.a }}", "${{ '' ''"];
    for (const one of hostile) {
      const started = process.cpuUsage().user;
      parseTemplate(one.repeat(50_000));
      expect((process.cpuUsage().user - started) / 1000).lessThan(2000);
    }
  });
});
