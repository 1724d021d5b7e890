import { expect } from "chai";
import fc from "fast-check";
import { type Diagnostic, diagnosticAt, sortDiagnostics } from "../../engine/source/diagnostic.ts";
import { renderDiagnostic } from "../../engine/source/render-diagnostic.ts";
import { SourceText, type Span } from "../../engine/source/source-text.ts";
import { nearest, suggest } from "../../engine/source/suggestion.ts";

const source = new SourceText("a.yaml", "steps:\n\t- id: group\r\n  password: hunter2\n  last: one\n");
const tell = (span: Span, of = source): Diagnostic => diagnosticAt(of, span, "unknown-step", "something is wrong");
const spanOf = (text: string, of = source): Span => {
  const start = of.text.indexOf(text);
  return { start, end: start + text.length };
};
const rendered = (text: string, meant: string): string[] => {
  const of = new SourceText("a.yaml", text);
  return renderDiagnostic(tell(spanOf(meant, of), of)).split("\n");
};

describe("diagnostics", () => {
  it("show the place, the line, what is meant in it, the other end and what to do", () => {
    const extras = { notes: [{ span: spanOf("last"), message: "and here" }], hint: "do this" };
    expect(renderDiagnostic(diagnosticAt(source, spanOf("group"), "cycle", "something is wrong", extras))).equal(
      [
        "a.yaml:2:8: error: something is wrong [cycle]",
        "  |",
        "2 | \t- id: group",
        "  | \t      ~~~~~",
        "a.yaml:4:3: note: and here",
        "  |",
        "4 |   last: one",
        "  |   ~~~~",
        "hint: do this",
      ].join("\n"),
    );
  });
  it("have the severity of their code", () => {
    const of = { start: 0, end: 1 };
    expect(diagnosticAt(source, of, "unused-input", "x").severity).equal("warning");
    expect(diagnosticAt(source, of, "cycle", "x").severity).equal("error");
  });
  it("do not show what is hidden, wherever in the line it stands", () => {
    const of = new SourceText("a.yaml", "with: { password: hunter2, name: x }");
    const hidden = [spanOf("hunter2", of)];
    expect(
      renderDiagnostic({ ...tell(spanOf("name", of), of), hidden })
        .split("\n")
        .slice(2),
    ).eql(["1 | with: { password: ********, name: x }", "  |                             ~~~~"]);
    expect(
      renderDiagnostic({ ...tell(hidden[0]!, of), hidden })
        .split("\n")
        .at(-1),
    ).equal("  |                   ~~~~~~~~");
  });
  it("underline what is meant behind wide, combining and coupled characters", () => {
    expect(rendered("名前: x", "x").slice(2)).eql(["1 | 名前: x", "  |       ~"]);
    expect(rendered("e\u0301: x", "x").slice(2)).eql(["1 | e\u0301: x", "  |    ~"]);
    expect(rendered("😀: x", "x").slice(2)).eql(["1 | 😀: x", "  |     ~"]);
    expect(rendered("a: 😀 b", "😀").slice(2)).eql(["1 | a: 😀 b", "  |    ~~"]);
  });
  it("count columns in code units, as editors do", () => {
    expect(rendered("😀: x", "x")[0]).match(/^a\.yaml:1:5:/);
  });
  it("show a part of a long line", () => {
    const lines = rendered(`${"a".repeat(300)}X${"b".repeat(300)}`, "X");
    expect(lines[2]).equal(`1 | …${"a".repeat(50)}X${"b".repeat(69)}…`);
    expect(lines[3]!.indexOf("~")).equal(lines[2]!.indexOf("X"));
  });
  it("send no command to a terminal", () => {
    const lines = rendered("a: \u001b[31mred\u0007 \u202ebidi", "red");
    expect(lines.join("\n")).not.match(/(?!\n)[\p{Cc}\p{Bidi_Control}]/u);
    expect(lines[2]).equal("1 | a: \ufffd[31mred\ufffd \ufffdbidi");
    const of = new SourceText("a.yaml", "x");
    expect(renderDiagnostic(diagnosticAt(of, { start: 0, end: 1 }, "cycle", "\u001b[2J"))).not.include("\u001b");
  });
  it("survive any span of any text", () => {
    const spans = fc.record({ start: fc.integer({ min: -5, max: 60 }), end: fc.integer({ min: -5, max: 60 }) });
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 40 }), spans, fc.array(spans), (text, span, hidden) => {
        const diagnostic = { ...tell(span, new SourceText("a.yaml", text)), hidden };
        expect(renderDiagnostic(diagnostic)).match(/^a\.yaml:\d+:\d+: error: something is wrong \[unknown-step]\n/);
      }),
    );
  });
  it("are sorted by place and told once", () => {
    const [late, early] = [tell({ start: 20, end: 21 }), tell({ start: 1, end: 2 })];
    expect(sortDiagnostics([late, early, { ...early }])).eql([early, late]);
  });
});

describe("suggestions", () => {
  it("name the nearest candidate", () => {
    expect(nearest("grop", ["group", "vm"])).equal("group");
    expect(nearest("Location", ["location", "name"])).equal("location");
    expect(nearest("password", ["adminPassword", "adminUsername"])).equal("adminPassword");
    expect(nearest("xyz", ["group", "vm"])).equal(undefined);
    expect(nearest("ab", ["xy"])).equal(undefined);
  });
  it("name a few candidates when none is near, and none of many", () => {
    expect(suggest("xyz", ["vm", "group"])).equal('known here: "group", "vm"');
    expect(suggest("xyz", "abcdefghi")).equal(undefined);
    expect(suggest("xyz", [])).equal(undefined);
  });
  it("are not looked for among thousands of names", () => {
    const names = Array.from({ length: 10_000 }, (_, n) => `step-${n}`);
    expect(suggest("step-10000", names)).equal(undefined);
  });
});
