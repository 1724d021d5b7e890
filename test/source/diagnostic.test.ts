import { expect } from "chai";
import { renderDiagnostic, sortDiagnostics } from "../../engine/source/diagnostic.ts";
import { SourceText } from "../../engine/source/source-text.ts";
import { nearest, suggest } from "../../engine/source/suggestion.ts";

const source = new SourceText("a.yaml", "steps:\n\t- id: group\r\n  password: hunter2\n");
const base = { code: "some-code", severity: "error", message: "something is wrong", source } as const;

describe("diagnostics", () => {
  it("show the place, the line and what is meant in it", () => {
    expect(renderDiagnostic({ ...base, span: { start: 14, end: 19 }, hint: "do this" })).equal(
      [
        "a.yaml:2:8: error: something is wrong [some-code]",
        "  |",
        "2 | \t- id: group",
        "  | \t      ~~~~~",
        "hint: do this",
      ].join("\n"),
    );
  });
  it("do not show what is masked", () => {
    const start = source.text.indexOf("hunter2");
    const text = renderDiagnostic({ ...base, span: { start, end: start + 7 }, masked: true });
    expect(text).include("3 |   password: ********").and.not.include("hunter2");
  });
  it("survive any span", () => {
    for (const span of [
      { start: 0, end: 9999 },
      { start: 9999, end: 10_000 },
      { start: -5, end: -1 },
    ]) {
      expect(renderDiagnostic({ ...base, span })).include("[some-code]");
    }
  });
  it("are sorted by place and told once", () => {
    const late = { ...base, span: { start: 20, end: 21 } };
    const early = { ...base, span: { start: 1, end: 2 } };
    expect(sortDiagnostics([late, early, { ...early }])).eql([early, late]);
  });
  it("suggest the nearest name, or all of a few", () => {
    expect(nearest("grop", ["group", "vm"])).equal("group");
    expect(nearest("xyz", ["group", "vm"])).equal(undefined);
    expect(suggest("xyz", ["vm", "group"])).equal('known here: "group", "vm"');
  });
});
