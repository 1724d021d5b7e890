// What the language server can do, and what it knows of its client.

import type { ServerCapabilities } from "vscode-languageserver-protocol/node";

export interface Clients {
  readonly hasSnippets: boolean;
}

/** How a client is to send changes: 2 is "what has changed". */
const INCREMENTAL = 2;

export const CAPABILITIES: ServerCapabilities = {
  positionEncoding: "utf-16",
  textDocumentSync: { openClose: true, change: INCREMENTAL },
  completionProvider: { triggerCharacters: [".", "{", " ", "[", "-"] },
  hoverProvider: true,
  definitionProvider: true,
  referencesProvider: true,
  documentHighlightProvider: true,
  documentSymbolProvider: true,
  renameProvider: { prepareProvider: true },
  codeActionProvider: { codeActionKinds: ["quickfix"] },
  documentFormattingProvider: true,
};
