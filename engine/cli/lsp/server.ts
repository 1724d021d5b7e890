// The language server: what editors ask over the Language Server Protocol, answered from `runbook/editing`.
// https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/

import { readFileSync } from "node:fs";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import {
  CodeActionRequest,
  CompletionRequest,
  createProtocolConnection,
  DefinitionRequest,
  DidChangeTextDocumentNotification,
  DidCloseTextDocumentNotification,
  DidOpenTextDocumentNotification,
  DocumentFormattingRequest,
  DocumentHighlightRequest,
  DocumentSymbolRequest,
  ExitNotification,
  HoverRequest,
  InitializeRequest,
  PrepareRenameRequest,
  type ProtocolConnection,
  PublishDiagnosticsNotification,
  ReferencesRequest,
  RenameRequest,
  ResponseError,
  ShutdownRequest,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-languageserver-protocol/node";
import { EditedRunbook } from "../../runbook/editing/edited-runbook.ts";
import { runbookSchema } from "../../runbook/schema.ts";
import type { StepRegistry } from "../../steps/definition.ts";
import * as answers from "./answers.ts";
import { CAPABILITIES, type Clients } from "./capabilities.ts";
import { changedText } from "./changes.ts";

export interface ServerOptions {
  readonly registry: StepRegistry;
  readonly version: string;
}

/** Errors that the protocol has numbers for. */
const INVALID_REQUEST = -32600;
const REQUEST_FAILED = -32803;

/** Of a longer text diagnostics wait until nobody has typed for a moment. */
const LONG_TEXT = 30_000;
const MOMENT_MS = 150;

/** Serves one client until it says `exit`; the answer is whether it had said `shutdown` before. */
export function serve(input: Readable, output: Writable, options: ServerOptions): Promise<boolean> {
  const connection = createProtocolConnection(new StreamMessageReader(input), new StreamMessageWriter(output));
  return new Promise((resolve) => {
    const server = new Server(connection, options, resolve);
    server.listen();
    // A client that has died says nothing.
    input.once("end", () => server.end());
    input.once("close", () => server.end());
  });
}

class Server {
  readonly #connection: ProtocolConnection;
  readonly #options: ServerOptions;
  readonly #ended: (isShutDown: boolean) => void;
  readonly #open = new Map<string, EditedRunbook>();
  readonly #due = new Map<string, NodeJS.Timeout>();
  readonly #schema: ReturnType<typeof runbookSchema>;
  #clients: Clients = { hasSnippets: false };
  #isShutDown = false;

  constructor(connection: ProtocolConnection, options: ServerOptions, ended: (isShutDown: boolean) => void) {
    this.#connection = connection;
    this.#options = options;
    this.#ended = ended;
    this.#schema = runbookSchema(options.registry);
  }

  listen(): void {
    const connection = this.#connection;
    connection.onRequest(InitializeRequest.type, ({ capabilities }) => {
      this.#clients = {
        hasSnippets: capabilities.textDocument?.completion?.completionItem?.snippetSupport === true,
      };
      return { capabilities: CAPABILITIES, serverInfo: { name: "runbook", version: this.#options.version } };
    });
    connection.onRequest(ShutdownRequest.type, () => {
      this.#isShutDown = true;
    });
    connection.onNotification(ExitNotification.type, () => this.end());
    this.#listenToTexts();
    this.#listenToQuestions();
    connection.listen();
  }

  end(): void {
    for (const timer of this.#due.values()) clearTimeout(timer);
    this.#due.clear();
    this.#connection.dispose();
    this.#ended(this.#isShutDown);
  }

  #listenToTexts(): void {
    const connection = this.#connection;
    connection.onNotification(DidOpenTextDocumentNotification.type, ({ textDocument: { uri, text } }) => {
      this.#set(uri, text);
    });
    connection.onNotification(DidChangeTextDocumentNotification.type, ({ textDocument: { uri }, contentChanges }) => {
      const before = this.#open.get(uri);
      if (before !== undefined) this.#set(uri, changedText(before.source, contentChanges));
    });
    connection.onNotification(DidCloseTextDocumentNotification.type, ({ textDocument: { uri } }) => {
      this.#open.delete(uri);
      clearTimeout(this.#due.get(uri));
      this.#due.delete(uri);
      void connection.sendNotification(PublishDiagnosticsNotification.type, { uri, diagnostics: [] });
    });
  }

  #listenToQuestions(): void {
    const connection = this.#connection;
    connection.onRequest(CompletionRequest.type, ({ textDocument, position }) => {
      return answers.completion(this.#at(textDocument), position, this.#schema, this.#clients);
    });
    connection.onRequest(HoverRequest.type, ({ textDocument, position }) =>
      answers.hover(this.#at(textDocument), position, this.#schema),
    );
    connection.onRequest(DefinitionRequest.type, ({ textDocument, position }) =>
      answers.definition(this.#at(textDocument), position, textDocument.uri),
    );
    connection.onRequest(ReferencesRequest.type, ({ textDocument, position, context }) =>
      answers.references(this.#at(textDocument), position, textDocument.uri, context.includeDeclaration),
    );
    connection.onRequest(DocumentHighlightRequest.type, ({ textDocument, position }) =>
      answers.highlights(this.#at(textDocument), position),
    );
    connection.onRequest(DocumentSymbolRequest.type, ({ textDocument }) => answers.symbols(this.#at(textDocument)));
    connection.onRequest(PrepareRenameRequest.type, ({ textDocument, position }) =>
      answers.prepareRename(this.#at(textDocument), position),
    );
    connection.onRequest(RenameRequest.type, ({ textDocument, position, newName }) => {
      const answer = answers.renaming(this.#at(textDocument), position, newName, textDocument.uri);
      return typeof answer === "string" ? new ResponseError<void>(REQUEST_FAILED, answer) : answer;
    });
    connection.onRequest(CodeActionRequest.type, ({ textDocument, range }) =>
      answers.codeActions(this.#at(textDocument), range, textDocument.uri),
    );
    connection.onRequest(DocumentFormattingRequest.type, ({ textDocument }) =>
      answers.formatting(this.#at(textDocument)),
    );
  }

  #at({ uri }: { readonly uri: string }): EditedRunbook {
    const open = this.#open.get(uri);
    if (open === undefined) throw new ResponseError<void>(INVALID_REQUEST, `${uri} is not open`);
    return open;
  }

  #set(uri: string, text: string): void {
    this.#renew(uri, text);
    // Whoever calls it may be right or wrong now.
    for (const [other, { source, callsOthers }] of this.#open) {
      if (other !== uri && callsOthers) this.#renew(other, source.text);
    }
  }

  #renew(uri: string, text: string): void {
    const { registry } = this.#options;
    this.#open.set(uri, new EditedRunbook(uri, text, registry, (path) => this.#read(path)));
    clearTimeout(this.#due.get(uri));
    // Not at once: of several changes in a row only the last one is looked at.
    this.#due.set(
      uri,
      setTimeout(() => this.#tell(uri), text.length > LONG_TEXT ? MOMENT_MS : 0),
    );
  }

  /** As it is in the editor, or else on the disk. */
  #read(uri: string): string | undefined {
    const open = this.#open.get(uri);
    if (open !== undefined) return open.source.text;
    try {
      return readFileSync(fileURLToPath(uri), "utf8");
    } catch {
      return undefined;
    }
  }

  #tell(uri: string): void {
    this.#due.delete(uri);
    const open = this.#open.get(uri);
    if (open === undefined) return;
    const diagnostics = open.diagnostics.map((one) => answers.diagnosticOf(one, uri));
    void this.#connection.sendNotification(PublishDiagnosticsNotification.type, { uri, diagnostics });
  }
}
