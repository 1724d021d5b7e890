import { expect } from "chai";
import { setTimeout } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { join } from "node:path";
import {
  type CompletionList,
  CompletionRequest,
  type Diagnostic,
  DidSaveTextDocumentNotification,
  DidChangeWatchedFilesNotification,
  HoverRequest,
} from "vscode-languageserver-protocol/node";
import { LspSession } from "../support/lsp-session.ts";
import { Rig } from "../support/rig.ts";

const EXTENSION = `import { appendFileSync } from "node:fs";
import { defineStep, Type } from "azure-runbook";
appendFileSync(new URL("./loaded", import.meta.url), "x");
export const greet = defineStep({
  name: "greet",
  summary: "Greet somebody.",
  inputs: Type.Object({ who: Type.String({ description: "Name." }), loud: Type.Optional(Type.Boolean()) }, { additionalProperties: false }),
  outputs: Type.Object({ words: Type.String() }),
  examples: [],
  *run({ who }) { return { words: "hello " + who }; },
});
`;
const RUNBOOK = `version: 1
name: greeting
extensions: [./greet.mjs]
steps:
  - id: hello
    uses: greet
    with: { who: me }
outputs:
  words: \${{ steps.hello.outputs.words }}
`;
const UNKNOWN =
  "3: step types of extensions are unknown here: loading one runs it, and this folder is not allowed to\n" +
  "hint: `runbook lsp --extensions <folder>` allows a folder; `runbook check` loads them";

const told = ({ severity, message }: Diagnostic): string => `${severity}: ${String(message)}`;

describe("runbook lsp, with extensions", () => {
  let rig: Rig;
  beforeEach(async () => {
    rig = await Rig.open({ "infra/greet.mjs": EXTENSION, "infra/vm.yaml": RUNBOOK });
  });
  afterEach(() => rig[Symbol.asyncDispose]());

  const uri = (path: string): string => pathToFileURL(join(rig.directory, path)).href;
  const open = async (folders: readonly string[], file = "infra/vm.yaml"): Promise<LspSession> => {
    const session = await LspSession.within({ allowedFolders: folders.map((one) => join(rig.directory, one)) });
    session.uri = uri(file);
    return session;
  };
  const next = async (session: LspSession): Promise<readonly string[]> =>
    (await session.diagnostics()).diagnostics.map(told);
  /** Loading takes a while; what is told meanwhile is less. */
  const until = async (session: LspSession, expected: readonly string[]): Promise<void> => {
    const seen: string[] = [];
    for (let told = await next(session); ; told = await next(session)) {
      if (told.join() === expected.join()) return;
      seen.push(told.join());
      expect(seen.length, seen.join("; ")).below(5);
    }
  };
  const write = async (session: LspSession, text: string): Promise<readonly string[]> =>
    (await session.write(text)).diagnostics.map(told);
  const labels = async (session: LspSession, part: string): Promise<readonly string[]> => {
    const params = { textDocument: { uri: session.uri }, position: session.at(part) };
    const { items } = (await session.connection.sendRequest(CompletionRequest.type, params)) as CompletionList;
    return items.map(({ label }) => label);
  };
  const hover = async (session: LspSession, part: string): Promise<string> => {
    const params = { textDocument: { uri: session.uri }, position: session.at(part) };
    const answer = await session.connection.sendRequest(HoverRequest.type, params);
    return answer === null ? "" : (answer.contents as { value: string }).value;
  };
  /** How often something is told until then depends on how long loading takes. */
  const loaded = async (session: LspSession): Promise<void> => {
    while ((await hover(session, "uses: gr|eet")) === "") await setTimeout(5);
  };
  const loads = async (): Promise<number> => (await rig.files()).get(join(rig.directory, "infra/loaded"))?.length ?? 0;

  it("runs none unasked, and says so once", async () => {
    await using session = await open([]);
    expect(await write(session, RUNBOOK)).eql([UNKNOWN]);
    expect(await write(session, RUNBOOK.replace("who: me", "whom: me"))).eql([UNKNOWN]);
    expect(await write(session, RUNBOOK.replace("steps.hello", "steps.helo"))).eql([
      UNKNOWN,
      '1: "helo" is no step of this runbook\nhint: did you mean "hello"?',
    ]);
    expect(await loads()).equal(0);
  });
  it("runs none outside the folders that are allowed", async () => {
    await rig.write("other/vm.yaml", RUNBOOK.replace("./greet.mjs", "../infra/greet.mjs"));
    await using session = await open(["infra"], "other/vm.yaml");
    expect(await write(session, RUNBOOK.replace("./greet.mjs", "../infra/greet.mjs"))).eql([UNKNOWN]);
    await using unsaved = await open(["infra"]);
    unsaved.uri = "untitled:one";
    expect(await write(unsaved, RUNBOOK)).eql([UNKNOWN]);
    expect(await loads()).equal(0);
  });
  it("knows the types of a folder that is allowed", async () => {
    await using session = await open(["infra"]);
    expect(await write(session, RUNBOOK)).eql([]);
    await loaded(session);
    expect(await labels(session, "uses: |greet")).include.members(["greet", "create-rg"]);
    expect(await labels(session, "with: { |who")).eql(["loud"]);
    expect(await labels(session, "steps.hello.outputs.|words")).eql(["words"]);
    expect(await hover(session, "uses: gr|eet")).match(/^\*\*greet\*\*\n\nGreet somebody\./);
    expect(await hover(session, "{ wh|o")).equal("**who** (string)\n\nName.");
    await session.change([{ text: RUNBOOK.replace("who: me", "whom: me") }]);
    await until(session, ['1: greet has no input "whom"\nhint: did you mean "who"?']);
  });
  it("takes the folders from the client's options, as paths or addresses", async () => {
    for (const folder of [join(rig.directory, "infra"), uri("infra")]) {
      await using session = await LspSession.within({}, { initializationOptions: { extensions: [folder] } });
      session.uri = uri("infra/vm.yaml");
      expect(await write(session, RUNBOOK)).eql([]);
    }
    for (const extensions of [true, ["infra"], [1], "infra", ["file://elsewhere/%2F"]]) {
      const refused = await LspSession.within({}, { initializationOptions: { extensions } }).then(
        () => "taken",
        (thrown: Error) => thrown.message,
      );
      expect(refused).equal(
        "initializationOptions.extensions: expected a list of folders, as absolute paths or file: addresses",
      );
    }
  });
  it("waits until a name is saved", async () => {
    await rig.write("infra/vm.yaml", RUNBOOK.replace("./greet.mjs", ""));
    await using session = await open(["infra"]);
    const unsaved =
      "3: what is not saved yet is not loaded as an extension\nhint: save the file to have its step types";
    expect(await write(session, RUNBOOK)).eql([unsaved]);
    expect(await loads()).equal(0);
    await rig.write("infra/vm.yaml", RUNBOOK);
    const textDocument = { uri: session.uri };
    await session.connection.sendNotification(DidSaveTextDocumentNotification.type, { textDocument });
    await until(session, []);
    await loaded(session);
    expect(await loads()).equal(1);
    expect(await labels(session, "with: { |who")).eql(["loud"]);
  });
  it("sees what has changed in an extension", async () => {
    await using session = await open(["infra"]);
    await write(session, RUNBOOK);
    await loaded(session);
    await rig.write("infra/greet.mjs", `// Changed.\n${EXTENSION.replaceAll("who", "whom")}`);
    await session.connection.sendNotification(DidChangeWatchedFilesNotification.type, { changes: [] });
    await until(session, ['1: greet has no input "who"\nhint: did you mean "whom"?']);
  });
  it("tells what is wrong with an extension at its name, wherever that has moved", async () => {
    await rig.write("infra/greet.mjs", "export const nothing = 1;");
    await using session = await open(["infra"]);
    await session.write(RUNBOOK);
    const broken = '1: extension "./greet.mjs" exports no step type\nhint: export what `defineStep(…)` gives';
    await session.change([{ text: RUNBOOK.replace("extensions:", "\nextensions:") }]);
    let diagnostics: readonly Diagnostic[] = [];
    while (diagnostics[0]?.range.start.line !== 3) ({ diagnostics } = await session.diagnostics());
    expect(diagnostics.map(told)).eql([broken]);
    expect(diagnostics[0]!.range.start).eql({ line: 3, character: 13 });
  });
  it("says nothing against a runbook that is called and whose extensions are not loaded", async () => {
    const caller = "version: 1\nname: all\nsteps:\n  - { id: one, uses: runbook, with: { path: ./vm.yaml } }\n";
    await rig.write("infra/all.yaml", caller);
    await using session = await open([], "infra/all.yaml");
    expect(await write(session, caller)).eql([]);
  });
});
