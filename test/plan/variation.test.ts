import { expect } from "chai";
import fc from "fast-check";
import { TIME } from "../../engine/plan/inventions.ts";
import { Code } from "../../engine/plan/variation.ts";

const stepsTo = (count: number): string[] => Array.from({ length: count }, (_, index) => `step-${index}`);
/** The labels of the rehearsals in which a value differs that depends on these sources. */
const differing = ({ variations }: Code, sources: readonly string[]): string[] =>
  variations.filter(({ varied }) => sources.some((source) => varied.has(source))).map(({ label }) => label);

describe("the rehearsals of a plan", () => {
  it("are few", () => {
    expect([0, 1, 2, 5, 6, 9, 19, 34, 250, 500].map((count) => new Code(stepsTo(count)).variations.length)).eql([
      1, 2, 3, 4, 5, 5, 6, 7, 10, 12,
    ]);
  });
  it("trace a value that depends on one step, or on the time, to it alone", () => {
    const code = new Code(stepsTo(40));
    for (const source of [...stepsTo(40), TIME]) expect(code.decode(differing(code, [source]))).eql([source]);
    expect(code.settle()).eql([]);
    expect(code.decode([])).eql([]);
  });
  it("leave no step out when a value depends on several, and name them exactly after a second look", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 29 }), { minLength: 2, maxLength: 5 }), (chosen) => {
        const code = new Code(stepsTo(30));
        const sources = chosen.toSorted((a, b) => a - b).map((index) => `step-${index}`);
        const first = code.decode(differing(code, sources));
        expect(first).include.members(sources);
        expect(code.settle()).length(first.length);
        expect(code.decode(differing(code, sources))).eql(sources);
        expect(code.settle()).eql([]);
      }),
      { numRuns: 50 },
    );
  });
});
