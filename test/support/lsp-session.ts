// An editor's side of a session with the language server: the command as a process, spoken with over its standard streams.

import {
  createProtocolConnection,
  DidChangeTextDocumentNotification,
  DidOpenTextDocumentNotification,
  ExitNotification,
  InitializeRequest,
  type Position,
  type ProtocolConnection,
  type PublishDiagnosticsParams,
  PublishDiagnosticsNotification,
  ShutdownRequest,
  StreamMessageReader,
  StreamMessageWriter,
  type TextDocumentContentChangeEvent,
} from "vscode-languageserver-protocol/node";
import { SourceText } from "../../engine/source/source-text.ts";
import { type SpawnedCli, spawnCli } from "./spawn-cli.ts";

export const URI = "file:///project/vm.yaml";

export class LspSession implements AsyncDisposable {
  readonly connection: ProtocolConnection;
  readonly #cli: SpawnedCli;
  readonly #told: PublishDiagnosticsParams[] = [];
  #waiting: (() => void) | undefined;
  #version = 1;
  text = "";

  private constructor(cli: SpawnedCli) {
    this.#cli = cli;
    this.connection = createProtocolConnection(
      new StreamMessageReader(cli.process.stdout),
      new StreamMessageWriter(cli.process.stdin),
    );
    this.connection.onNotification(PublishDiagnosticsNotification.type, (params) => {
      this.#told.push(params);
      this.#waiting?.();
    });
    this.connection.listen();
  }

  static async open(cwd: string, hasSnippets = true): Promise<LspSession> {
    const session = new LspSession(spawnCli(cwd, ["lsp", "--stdio"]));
    await session.connection.sendRequest(InitializeRequest.type, {
      processId: null,
      rootUri: null,
      capabilities: { textDocument: { completion: { completionItem: { snippetSupport: hasSnippets } } } },
    });
    return session;
  }

  /** Opens the text, or puts another one in its place; answers what is told about it. */
  async write(text: string): Promise<PublishDiagnosticsParams> {
    if (this.#version === 1) {
      const textDocument = { uri: URI, languageId: "yaml", version: this.#version++, text };
      await this.connection.sendNotification(DidOpenTextDocumentNotification.type, { textDocument });
    } else await this.change([{ text }]);
    this.text = text;
    return this.diagnostics();
  }

  async change(contentChanges: TextDocumentContentChangeEvent[]): Promise<void> {
    const textDocument = { uri: URI, version: this.#version++ };
    await this.connection.sendNotification(DidChangeTextDocumentNotification.type, { textDocument, contentChanges });
  }

  /** The next diagnostics that are told. */
  async diagnostics(): Promise<PublishDiagnosticsParams> {
    if (this.#told.length === 0) await new Promise<void>((resolve) => (this.#waiting = resolve));
    this.#waiting = undefined;
    return this.#told.shift()!;
  }

  /** Where the bar stands in a part of the text. */
  at(part: string): Position {
    const bar = part.indexOf("|");
    const start = this.text.indexOf(part.replace("|", ""));
    if (bar === -1 || start === -1) throw new Error(`${part} is not in the text`);
    const { line, column } = new SourceText("", this.text).positionAt(start + bar);
    return { line: line - 1, character: column - 1 };
  }

  /** Says that it ends, and answers how the process ended. */
  async end(): Promise<{ readonly code: number; readonly stderr: string }> {
    await this.connection.sendRequest(ShutdownRequest.type);
    await this.connection.sendNotification(ExitNotification.type);
    const { code, stderr } = await this.#cli.ended;
    this.connection.dispose();
    return { code, stderr };
  }

  /** Goes without a word, as an editor does that is killed. */
  async hangUp(): Promise<{ readonly code: number; readonly stderr: string }> {
    this.#cli.process.stdin.end();
    const { code, stderr } = await this.#cli.ended;
    return { code, stderr };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#cli.process.kill();
    await this.#cli.ended.catch(() => undefined);
    this.connection.dispose();
  }
}
