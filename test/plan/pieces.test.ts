import { expect } from "chai";
import { valuesIn } from "../../engine/plan/given.ts";
import { filledSurely, merged, type Pieces } from "../../engine/plan/pieces.ts";
import type { Json } from "../../engine/value/json.ts";
import type { Hole } from "../../engine/plan/template.ts";

const hole = (expression: string): Hole => ({
  expression,
  after: [expression],
  like: "text",
  example: `z-${expression}`,
});
const [a, b] = [hole("a"), hole("b")];
const word: Hole = { after: ["vm"], like: "word", example: "w" };
const guid: Hole = { after: ["vm"], like: "guid", example: "g" };

describe("what expressions gave", () => {
  const at = (place: string, pieces: Pieces) => ({
    instance: "x",
    at: place,
    text: { $text: pieces } as unknown as Json,
  });
  const told = (given: Parameters<typeof valuesIn>[0], inputs: Json) => Object.fromEntries(valuesIn(given, inputs));
  it("is told where nothing else may stand", () => {
    const given = [at("/one", [a]), at("/one", [b]), at("/two", ["x", a])];
    expect(told(given, { one: "B", two: "xA" })).eql({ a: ["A"], b: ["B"] });
  });
  it("is either of two where nothing tells them apart", () => {
    expect(told([at("/one", [a]), at("/one", [b])], { one: "?" })).eql({ a: ["?"], b: ["?"] });
  });
  it("is not guessed", () => {
    expect(told([at("/one", [word, "-", a])], { one: "1-2-3" })).eql({});
  });
});

describe("pieces of a text", () => {
  for (const [what, pieces, wanted] of [
    ["leaves one alone", ["x", a, "y"], ["x", a, "y"]],
    [
      "takes several and what is between them for one",
      ["x", a, "-", b, "y"],
      ["x", { expression: "${{ a }}-${{ b }}", after: ["a", "b"], like: "text", example: "z-a-z-b" }, "y"],
    ],
    ["leaves them apart around one of another kind", [a, word, b], [a, word, b]],
    [
      "takes those in different segments of an address for several",
      ["/subscriptions/s/resourceGroups/", a, "/providers/x/", b, "?c=", "d"],
      ["/subscriptions/s/resourceGroups/", a, "/providers/x/", b, "?c=d"],
    ],
    [
      "takes those in one segment of an address for one",
      ["/subscriptions/s/", a, "-", b, "/c"],
      [
        "/subscriptions/s/",
        { expression: "${{ a }}-${{ b }}", after: ["a", "b"], like: "text", example: "z-a-z-b" },
        "/c",
      ],
    ],
  ] satisfies [string, Pieces, Pieces][]) {
    it(what, () => expect(merged(pieces)).eql(wanted));
  }
  const id = "01234567-89ab-cdef-0123-456789abcdef";
  for (const [pieces, value, wanted] of [
    [["x", a], "xyz", ["yz"]],
    [[word, "-", a], "10.0.0.4/-rest", []],
    [[word, "-", a], "one-rest", ["one", "rest"]],
    [[word, "-", a], "one-more-rest", []],
    [[a, guid], `rest${id}`, ["rest", id]],
    [[a, word, b], "xy", []],
    [["X", a], "xyz", []],
    [["/subscriptions/S/", a], "/subscriptions/s/y", ["y"]],
  ] satisfies [Pieces, string, string[]][]) {
    it(`tells of ${value} what stands in it, if there is no doubt`, () =>
      expect(filledSurely(pieces, value).map(({ text }) => text)).eql(wanted));
  }
});
