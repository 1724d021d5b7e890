import { expect } from "chai";
import { tmpdir } from "node:os";
import {
  type CodeAction,
  CodeActionRequest,
  type CompletionItem,
  type CompletionList,
  CompletionRequest,
  DefinitionRequest,
  type Diagnostic,
  DocumentFormattingRequest,
  DocumentHighlightRequest,
  DocumentSymbolRequest,
  HoverRequest,
  type Location,
  type Position,
  PrepareRenameRequest,
  type Range,
  ReferencesRequest,
  RenameRequest,
  type TextEdit,
  type WorkspaceEdit,
} from "vscode-languageserver-protocol/node";
import { completionAt } from "../../engine/runbook/editing/completion.ts";
import { runbookSchema } from "../../engine/runbook/schema.ts";
import { builtinSteps } from "../../engine/steps/builtin/index.ts";
import { expectGolden } from "../support/golden.ts";
import { LspSession, URI } from "../support/lsp-session.ts";
import { readProjectFile } from "../support/project.ts";

const TEXT = `version: 1
name: example
inputs:
  location: { type: string, default: eastus, description: Where it all is. }
  stage: { type: string, enum: [test, prod], default: test }
  password: { type: string, secret: true }
steps:
  - id: group
    uses: create-rg
    description: The one group.
    with: { name: "group-\${{ inputs.stage }}", location: "\${{ inputs.location }}" }
  - id: vm
    uses: create-vm
    with:
      resourceGroup: \${{ steps.group.outputs.name }}
      name: myVM
      location: \${{ inputs['location'] }}
      image: Ubuntu2204
      adminUsername: azureuser
      adminPassword: \${{ inputs.password }}
      systemAssignedIdentity: true
  - id: grant
    uses: grant-role
    needs: [group]
    if: \${{ inputs.stage == 'test' && length(inputs.location) > 3 }}
    with:
      principalId: \${{ steps.vm.outputs.principalId }}
      role: Reader
      scope: \${{ steps.group.outputs.id }}
outputs:
  id: \${{ steps.vm.outputs.id }}
`;

const place = ({ line, character }: Position): string => `${line + 1}:${character + 1}`;
const span = ({ start, end }: Range): string => `${place(start)}-${place(end)}`;
const edits = (list: readonly TextEdit[]): string =>
  list.map(({ range, newText }) => `${span(range)} ${JSON.stringify(newText)}`).join("\n");
const changes = (edit: WorkspaceEdit | null | undefined): string => edits(edit?.changes?.[URI] ?? []);

function told({ range, severity, code, message, relatedInformation = [] }: Diagnostic): string {
  const text = typeof message === "string" ? message : message.value;
  const notes = relatedInformation.map((note) => `\n  ${span(note.location.range)} ${note.message}`);
  return `${span(range)} ${severity === 1 ? "error" : "warning"} ${String(code)}: ${text.replace("\n", "\n  ")}${notes.join("")}`;
}

function shown(item: CompletionItem): string {
  const { range, newText } = item.textEdit as { range: Range; newText: string };
  return [
    // Which group it sorts in: its place there follows lists of regions, roles and sizes, which grow.
    `${item.label} (${item.kind}, ${item.sortText!.slice(0, 1)}) ${item.detail ?? ""}`.trimEnd(),
    `  ${span(range)} ${JSON.stringify(newText)}${item.insertTextFormat === 2 ? " snippet" : ""}`,
    ...(item.documentation === undefined
      ? []
      : [`  ${JSON.stringify((item.documentation as { value: string }).value)}`]),
  ].join("\n");
}

describe("runbook lsp, in a session with an editor", function () {
  this.timeout(60_000);
  let session: LspSession;
  const lines: string[] = [];
  let count = 0;
  const note = (what: string, answer: string): void => {
    lines.push(
      `${++count}. ${what}`,
      ...(answer === "" ? "nothing" : answer).split("\n").map((line) => `   ${line}`),
      "",
    );
  };
  const textDocument = { uri: URI };
  const ask = {
    /** Of long lists only what is named, and how many there are. */
    complete: async (part: string, ...only: readonly string[]): Promise<void> => {
      const answer = (await session.connection.sendRequest(CompletionRequest.type, {
        textDocument,
        position: session.at(part),
      })) as CompletionList;
      const named = answer.items.filter(({ label }) => only.length === 0 || only.includes(label));
      note(`completion at ${part.trim()}`, named.map(shown).join("\n"));
    },
    /** What is offered in a text that is half written: the part behind the bar is cut off. */
    type: async (part: string, typed: string): Promise<void> => {
      const cut = session.at(part);
      const start = session.text.indexOf(part.replace("|", "")) + part.indexOf("|");
      const end = session.text.indexOf("\n", start);
      const before = session.text;
      await session.write(before.slice(0, start) + typed + before.slice(end));
      const position = { line: cut.line + typed.split("\n").length - 1, character: 0 };
      const last = typed.slice(typed.lastIndexOf("\n") + 1);
      position.character = typed.includes("\n") ? last.length : cut.character + typed.length;
      const { items } = (await session.connection.sendRequest(CompletionRequest.type, {
        textDocument,
        position,
      })) as CompletionList;
      note(
        `labels when ${JSON.stringify(typed)} is typed at ${part.trim()}`,
        items.map(({ label }) => label).join(" · "),
      );
      await session.write(before);
    },
    hover: async (part: string): Promise<void> => {
      const answer = await session.connection.sendRequest(HoverRequest.type, {
        textDocument,
        position: session.at(part),
      });
      const text = answer === null ? "" : `${span(answer.range!)}\n${(answer.contents as { value: string }).value}`;
      note(`hover at ${part.trim()}`, text);
    },
    define: async (part: string): Promise<void> => {
      const answer = (await session.connection.sendRequest(DefinitionRequest.type, {
        textDocument,
        position: session.at(part),
      })) as Location | null;
      note(`definition of ${part.trim()}`, answer === null ? "" : span(answer.range));
    },
    refer: async (part: string): Promise<void> => {
      const answer = await session.connection.sendRequest(ReferencesRequest.type, {
        textDocument,
        position: session.at(part),
        context: { includeDeclaration: true },
      });
      note(`references to ${part.trim()}`, (answer ?? []).map(({ range }) => span(range)).join("\n"));
    },
    rename: async (part: string, newName: string): Promise<void> => {
      const position = session.at(part);
      const answer = await session.connection
        .sendRequest(RenameRequest.type, { textDocument, position, newName })
        .then(changes, (thrown: Error) => thrown.message);
      note(`rename of ${part.trim()} to ${newName}`, answer);
    },
    act: async (part: string): Promise<void> => {
      const position = session.at(part);
      const answer = (await session.connection.sendRequest(CodeActionRequest.type, {
        textDocument,
        range: { start: position, end: position },
        context: { diagnostics: [] },
      })) as CodeAction[];
      note(
        `actions at ${part.trim()}`,
        answer.map(({ title, edit, isPreferred }) => `${title}${isPreferred ? " *" : ""}\n${changes(edit)}`).join("\n"),
      );
    },
  };

  before(async () => {
    session = await LspSession.open(tmpdir());
  });
  after(() => session[Symbol.asyncDispose]());

  it("answers every request exactly", async () => {
    note("diagnostics", (await session.write(TEXT)).diagnostics.map(told).join("\n"));
    await ask.complete("    uses: |create-rg", "create-rg", "delete-rg");
    await ask.complete('location: "|${{ inputs.location }}" }', "eastus", "${{ inputs.location }}");
    await ask.complete('name: |"group', "${{ inputs.location }}");
    await ask.complete("scope: ${{ |steps");
    await ask.complete("steps.|group.outputs.id");
    await ask.complete("steps.vm.|outputs.id");
    await ask.complete("steps.vm.outputs.|principalId");
    await ask.complete("inputs.sta|ge == ");
    await ask.complete("length(inputs.|location)");
    await ask.complete("needs: [|group]");
    await ask.complete("      principal|Id: ");
    await ask.complete("      role: |Reader", "Reader", "Owner", "${{ inputs.location }}");
    await ask.complete("systemAssignedIdentity: |true");
    await ask.complete("== 'te|st'");
    await ask.type("    needs: |[group]", "[v");
    await ask.type("role: |Reader", "${{ ste");
    await ask.type("role: |Reader", "${{ steps.");
    await ask.type("role: |Reader", "${{ steps.gr");
    await ask.type("role: |Reader", "${{ inputs.");
    await ask.type('with: { name: "|group', "${{ inputs.");
    await ask.type("role: |Reader", "Reader\n      pri");
    await ask.type("if: |${{ inputs.stage", "${{ form");
    await ask.type("    uses: |grant-role", "${{ ");
    await ask.type("  id: |${{ steps.vm", "${{ steps.vm.outputs.");
    await ask.type("  stage: |{ type", "{ type: ");
    await ask.type("  stage: |{ type", "{ ty");
    await ask.type("outputs:|", "outputs: # of the ");
    await ask.type("role: |Reader", "Reader\n    forEach: [a]\n    if: ${{ each.");
    await ask.type("outputs:|", "outputs: {}\nfinally:\n  - id: last\n    if: ${{ ");
    await ask.type("outputs:|", "outputs: {}\nfinally:\n  - id: last\n    if: ${{ run.");
    await ask.type("outputs:|", "outputs: {}\nfinally:\n  - id: last\n    if: ${{ steps.vm.error.");
    await ask.hover("inputs.sta|ge == ");
    await ask.hover("steps.gro|up.outputs.id");
    await ask.hover("vm.outputs.princi|palId");
    await ask.hover("leng|th(");
    await ask.hover("uses: create|-rg");
    await ask.hover("      resource|Group:");
    await ask.hover("    nee|ds:");
    await ask.hover("  passw|ord:");
    await ask.hover("name: my|VM");
    await ask.define("inputs['loc|ation']");
    await ask.define("needs: [gr|oup]");
    await ask.define("steps.vm.outputs.princi|palId");
    await ask.define("uses: create|-rg");
    await ask.refer("- id: gr|oup");
    await ask.refer("  loca|tion: {");
    await ask.rename("- id: gr|oup", "everything");
    await ask.rename("inputs['loc|ation']", "region");
    await ask.rename("- id: gr|oup", "vm");
    await ask.rename("- id: gr|oup", "not a name");
    await ask.rename("uses: create|-rg", "b");
    const prepared = await session.connection.sendRequest(PrepareRenameRequest.type, {
      textDocument,
      position: session.at("steps.gro|up.outputs.id"),
    });
    note("what is renamed at steps.gro|up", JSON.stringify(prepared));
    const position = session.at("- id: v|m");
    const lit = await session.connection.sendRequest(DocumentHighlightRequest.type, { textDocument, position });
    note("highlights of vm", (lit ?? []).map(({ range, kind }) => `${span(range)} ${kind}`).join("\n"));
    const symbols = await session.connection.sendRequest(DocumentSymbolRequest.type, { textDocument });
    note("symbols", JSON.stringify(symbols?.map((one) => [one.name, one.kind, (one as { detail?: string }).detail])));

    // What is misspelt, and what to do about it.
    const wrong = TEXT.replace("uses: create-rg", "uses: create-gr")
      .replace("role: Reader", "role: Readr")
      .replace("      name: myVM", "      naem: myVM")
      .replace("steps.group.outputs.id", "steps.gruop.outputs.id")
      .replace("enum: [test", "enum: [tset");
    note("diagnostics of mistakes", (await session.write(wrong)).diagnostics.map(told).join("\n"));
    await ask.act("uses: create|-gr");
    await ask.act("na|em");
    await ask.act("steps.gru|op");
    await ask.rename("steps.gru|op", "other");
    const warned = await session.write(TEXT.replace("role: Reader", 'role: "Readr"'));
    note("diagnostics of a doubt", warned.diagnostics.map(told).join("\n"));
    await ask.act('role: "Re|adr');
    await ask.act("- id: v|m");

    await session.write(
      TEXT.replace("steps:\n", "locals:\n  place: ${{ inputs.location }}\nsteps:\n").replace(
        "inputs['location']",
        "locals.place",
      ),
    );
    await ask.define("locals.pl|ace");
    await ask.hover("locals.pl|ace");
    await ask.rename("locals.pl|ace", "where");
    await ask.complete("locals.pl|ace");

    const sites =
      "  sites:\n    type: list\n    items:\n      type: object\n      properties:\n" +
      "        name: { type: string, description: What it is called. }\n        zone: { type: integer, optional: true }\n";
    await session.write(TEXT.replace("steps:\n", `${sites}steps:\n`));
    await ask.type("role: |Reader", "${{ inputs.sites[0].");
    await ask.type("  needs: |[group]", "\n    forEach: ${{ inputs.");
    await ask.hover("  sit|es:");
    await ask.hover("opti|onal: true");
    await ask.type("        zone: |{", "{ ");

    // Half a text is no YAML, and still its names are known.
    const broken = `${TEXT.slice(0, TEXT.indexOf("outputs:\n"))}  - id: last\n    uses: arm-get\n    with: { path: "\${{ steps.`;
    note("diagnostics of half a text", (await session.write(broken)).diagnostics.map(told).join("\n"));
    await ask.complete('{ path: "${{ steps.|');
    await ask.hover("- id: v|m");
    await ask.rename("- id: v|m", "machine");
    const unformatted = await session.connection.sendRequest(DocumentFormattingRequest.type, {
      textDocument,
      options: { tabSize: 2, insertSpaces: true },
    });
    note("formatting of half a text", JSON.stringify(unformatted));
    await session.write("version:   1\n");
    const formatted = await session.connection.sendRequest(DocumentFormattingRequest.type, {
      textDocument,
      options: { tabSize: 2, insertSpaces: true },
    });
    note("formatting", edits(formatted ?? []));

    // Changes are sent in pieces, each in the terms of the text before it.
    await session.write(TEXT);
    await session.change([
      { range: { start: { line: 1, character: 6 }, end: { line: 1, character: 13 } }, text: "other\n" },
      { range: { start: { line: 2, character: 0 }, end: { line: 3, character: 0 } }, text: "" },
      { range: { start: { line: 1, character: 6 }, end: { line: 1, character: 99 } }, text: "a b" },
    ]);
    note("diagnostics of a changed text", (await session.diagnostics()).diagnostics.map(told).join("\n"));

    expect(count).above(40);
    expectGolden("test/cli/lsp-session.out", lines.join("\n"));
    expect(await session.end()).eql({ code: 0, stderr: "" });
  });
});

describe("runbook lsp", () => {
  it("writes no snippets for a client that knows none", async () => {
    await using session = await LspSession.open(tmpdir(), false);
    await session.write("version: 1\nname: a\nsteps:\n  - \n    x: ${{ form }}\n");
    const complete = async (part: string): Promise<CompletionItem[]> => {
      const params = { textDocument: { uri: URI }, position: session.at(part) };
      return ((await session.connection.sendRequest(CompletionRequest.type, params)) as CompletionList).items;
    };
    const [named] = (await complete("${{ form|")).filter(({ label }) => label === "format");
    expect([(named!.textEdit as TextEdit).newText, named!.insertTextFormat]).eql(["format", undefined]);
    expect((await complete("  - |")).filter(({ label }) => label.startsWith("step "))).eql([]);
  }).timeout(60_000);
  it("ends when its client is gone", async () => {
    await using session = await LspSession.open(tmpdir());
    expect(await session.hangUp()).eql({ code: 1, stderr: "" });
  }).timeout(60_000);
});

describe("completion", () => {
  const tutorial = readProjectFile("runbooks/windows-vm-user-assigned-identity.yaml");
  const schema = runbookSchema(builtinSteps);
  it("knows where the cursor stands, whatever has been typed so far", () => {
    for (let end = 0; end <= tutorial.length; end++) {
      const text = tutorial.slice(0, end);
      const { replaces, candidates } = completionAt(text, end, builtinSteps, schema);
      expect(replaces).within(0, end);
      expect(new Set(candidates.map(({ label }) => label)).size).equal(candidates.length);
    }
  }).timeout(30_000);
  it("offers what the tutorial goes on with, at every name in its expressions, typed to that point", () => {
    let asked = 0;
    for (const match of tutorial.matchAll(/(?:inputs|steps|outputs)\.(\w+)/g)) {
      const [all, name] = match;
      const start = match.index + all.length - name!.length;
      // A runbook is seldom written from its top to its end: what follows stands there already.
      const text = tutorial.slice(0, start) + tutorial.slice(tutorial.indexOf("\n", start));
      const { candidates } = completionAt(text, start, builtinSteps, schema);
      expect(
        candidates.map(({ label }) => label),
        tutorial.slice(start - 40, start),
      ).include(name);
      asked++;
    }
    expect(asked).above(25);
  });
});
