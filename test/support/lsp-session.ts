// An editor's side of a session with the language server: the command as a process, spoken with over its standard streams, or
// the server in this process.

import { PassThrough, type Readable, type Writable } from "node:stream";
import {
  createProtocolConnection,
  DidChangeTextDocumentNotification,
  DidOpenTextDocumentNotification,
  ExitNotification,
  InitializedNotification,
  type InitializeParams,
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
import { serve, type ServerOptions } from "../../engine/cli/lsp/server.ts";
import { SourceText } from "../../engine/source/source-text.ts";
import type { Ended } from "./rig.ts";
import { spawnCli } from "./spawn-cli.ts";

interface ServerEnd {
  readonly says: Readable;
  readonly hears: Writable;
  readonly ended: Promise<Ended>;
  kill(): void;
}

export const URI = "file:///project/vm.yaml";

export class LspSession implements AsyncDisposable {
  readonly connection: ProtocolConnection;
  readonly #server: ServerEnd;
  readonly #told: PublishDiagnosticsParams[] = [];
  #waiting: (() => void) | undefined;
  #version = 1;
  text = "";
  uri = URI;

  private constructor(server: ServerEnd) {
    this.#server = server;
    this.connection = createProtocolConnection(
      new StreamMessageReader(server.says),
      new StreamMessageWriter(server.hears),
    );
    this.connection.onNotification(PublishDiagnosticsNotification.type, (params) => {
      this.#told.push(params);
      this.#waiting?.();
    });
    this.connection.listen();
  }

  static async open(cwd: string, hasSnippets = true): Promise<LspSession> {
    const { process, ended } = spawnCli(cwd, ["lsp", "--stdio"]);
    const end = { says: process.stdout, hears: process.stdin, ended, kill: () => void process.kill() };
    const session = new LspSession(end);
    await session.initialize({
      capabilities: { textDocument: { completion: { completionItem: { snippetSupport: hasSnippets } } } },
    });
    return session;
  }

  /** With the server in this process. */
  static async within(
    options: Partial<ServerOptions> = {},
    params: Partial<InitializeParams> = {},
  ): Promise<LspSession> {
    const [says, hears] = [new PassThrough(), new PassThrough()];
    const isShutDown = serve(hears, says, { allowedFolders: [], version: "0", ...options });
    const ended = isShutDown.then((is) => ({ code: is ? 0 : 1, stdout: "", stderr: "" }));
    const session = new LspSession({ says, hears, ended, kill: () => void hears.end() });
    await session.initialize(params);
    return session;
  }

  async initialize(params: Partial<InitializeParams>): Promise<void> {
    const all = { processId: null, rootUri: null, capabilities: {}, ...params };
    await this.connection.sendRequest(InitializeRequest.type, all);
    await this.connection.sendNotification(InitializedNotification.type, {});
  }

  /** Opens the text, or puts another one in its place; answers what is told about it. */
  async write(text: string): Promise<PublishDiagnosticsParams> {
    if (this.#version === 1) {
      const textDocument = { uri: this.uri, languageId: "yaml", version: this.#version++, text };
      await this.connection.sendNotification(DidOpenTextDocumentNotification.type, { textDocument });
    } else await this.change([{ text }]);
    this.text = text;
    return this.diagnostics();
  }

  async change(contentChanges: TextDocumentContentChangeEvent[]): Promise<void> {
    const textDocument = { uri: this.uri, version: this.#version++ };
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
    const { code, stderr } = await this.#server.ended;
    this.connection.dispose();
    return { code, stderr };
  }

  /** Goes without a word, as an editor does that is killed. */
  async hangUp(): Promise<{ readonly code: number; readonly stderr: string }> {
    this.#server.hears.end();
    const { code, stderr } = await this.#server.ended;
    return { code, stderr };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.kill();
    await this.#server.ended.catch(() => undefined);
    this.connection.dispose();
  }
}
