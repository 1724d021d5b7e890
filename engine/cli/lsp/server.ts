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
  DidChangeWatchedFilesNotification,
  DidCloseTextDocumentNotification,
  DidOpenTextDocumentNotification,
  DocumentFormattingRequest,
  DocumentHighlightRequest,
  DidSaveTextDocumentNotification,
  DocumentSymbolRequest,
  ExitNotification,
  HoverRequest,
  InitializedNotification,
  type InitializeError,
  InitializeRequest,
  LogMessageNotification,
  MessageType,
  PrepareRenameRequest,
  type ProtocolConnection,
  PublishDiagnosticsNotification,
  ReferencesRequest,
  RegistrationRequest,
  RenameRequest,
  ResponseError,
  ShutdownRequest,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-languageserver-protocol/node";
import type { FileReader } from "../../runbook/calls.ts";
import { EditedRunbook } from "../../runbook/editing/edited-runbook.ts";
import { runbookSchema } from "../../runbook/schema.ts";
import { builtinSteps } from "../../steps/builtin/index.ts";
import type { StepRegistry } from "../../steps/definition.ts";
import { AllowedExtensions, type AllowedTypes } from "./allowed-extensions.ts";
import * as answers from "./answers.ts";
import { CAPABILITIES, type Clients, foldersIn, WATCHED } from "./capabilities.ts";
import { changedText } from "./changes.ts";

export interface ServerOptions {
  /** Folders whose runbooks may have their extensions loaded, beside those that the client names. */
  readonly allowedFolders: readonly string[];
  readonly version: string;
}

interface OpenText {
  readonly runbook: EditedRunbook;
  readonly missing: AllowedTypes["missing"];
}

/** Errors that the protocol has numbers for. */
const INVALID_REQUEST = -32600;
const INVALID_PARAMS = -32602;
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
  readonly #open = new Map<string, OpenText>();
  readonly #due = new Map<string, NodeJS.Timeout>();
  readonly #schemas = new WeakMap<StepRegistry, ReturnType<typeof runbookSchema>>();
  #extensions: AllowedExtensions;
  #clients: Clients = { hasSnippets: false, canWatch: false };
  #isShutDown = false;
  #isOver = false;

  constructor(connection: ProtocolConnection, options: ServerOptions, ended: (isShutDown: boolean) => void) {
    this.#connection = connection;
    this.#options = options;
    this.#ended = ended;
    this.#extensions = this.#allowedIn([]);
  }

  listen(): void {
    const connection = this.#connection;
    connection.onRequest(InitializeRequest.type, ({ capabilities, initializationOptions }) => {
      const folders = foldersIn(initializationOptions);
      if (typeof folders === "string") return new ResponseError<InitializeError>(INVALID_PARAMS, folders);
      this.#extensions = this.#allowedIn(folders);
      this.#clients = {
        hasSnippets: capabilities.textDocument?.completion?.completionItem?.snippetSupport === true,
        canWatch: capabilities.workspace?.didChangeWatchedFiles?.dynamicRegistration === true,
      };
      return { capabilities: CAPABILITIES, serverInfo: { name: "runbook", version: this.#options.version } };
    });
    connection.onNotification(InitializedNotification.type, () => {
      if (this.#clients.canWatch) void connection.sendRequest(RegistrationRequest.type, WATCHED);
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
    this.#isOver = true;
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
      if (before !== undefined) this.#set(uri, changedText(before.runbook.source, contentChanges));
    });
    connection.onNotification(DidSaveTextDocumentNotification.type, () => this.#renewExtended());
    connection.onNotification(DidChangeWatchedFilesNotification.type, () => this.#renewExtended());
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
      return answers.completion(this.#at(textDocument), position, this.#schemaOf(textDocument), this.#clients);
    });
    connection.onRequest(HoverRequest.type, ({ textDocument, position }) =>
      answers.hover(this.#at(textDocument), position, this.#schemaOf(textDocument)),
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
    return open.runbook;
  }

  #schemaOf(text: { readonly uri: string }): ReturnType<typeof runbookSchema> {
    const { registry } = this.#at(text);
    const schema = this.#schemas.get(registry) ?? runbookSchema(registry);
    this.#schemas.set(registry, schema);
    return schema;
  }

  #allowedIn(folders: readonly string[]): AllowedExtensions {
    return new AllowedExtensions([...this.#options.allowedFolders, ...folders], () => this.#renewExtended());
  }

  /** Looks again at the texts whose step types may have changed. */
  #renewExtended(): void {
    // An extension may take longer to load than its client stays.
    if (this.#isOver) return;
    for (const [uri, { runbook, missing }] of this.#open) {
      if (missing !== undefined || runbook.registry !== builtinSteps || runbook.lacksExtensions) {
        this.#renew(uri, runbook.source.text);
      }
    }
  }

  #set(uri: string, text: string): void {
    this.#renew(uri, text);
    // Whoever calls it may be right or wrong now.
    for (const [other, { runbook }] of this.#open) {
      if (other !== uri && runbook.callsOthers) this.#renew(other, runbook.source.text);
    }
  }

  #renew(uri: string, text: string): void {
    const readFile: FileReader = (path) => this.#read(path);
    const { missing, ...types } = this.#extensions.typesFor(text, uri, readFile);
    this.#open.set(uri, { runbook: new EditedRunbook(uri, text, { ...types, readFile }), missing });
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
    if (open !== undefined) return open.runbook.source.text;
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
    const { runbook, missing } = open;
    let found: EditedRunbook["diagnostics"] = [];
    try {
      found = runbook.diagnostics;
    } catch (thrown) {
      // One text that we cannot check must not end the server for all others.
      const message = `this is a mistake in runbook itself, please report it: ${String(thrown)}`;
      void this.#connection.sendNotification(LogMessageNotification.type, { type: MessageType.Error, message });
    }
    const diagnostics = [
      ...(missing === undefined ? [] : [answers.missingExtensions(runbook, missing)]),
      ...found.map((one) => answers.diagnosticOf(one, uri)),
    ];
    void this.#connection.sendNotification(PublishDiagnosticsNotification.type, { uri, diagnostics });
  }
}
