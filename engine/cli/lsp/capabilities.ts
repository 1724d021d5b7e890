// What the language server can do, and what it knows of its client.

import { isAbsolute } from "node:path";
import { fileURLToPath } from "node:url";
import type { RegistrationParams, ServerCapabilities } from "vscode-languageserver-protocol/node";

export interface Clients {
  readonly hasSnippets: boolean;
  /** Whether it watches the files that it is asked to. */
  readonly canWatch: boolean;
}

/** How a client is to send changes: 2 is "what has changed". */
const INCREMENTAL = 2;

export const CAPABILITIES: ServerCapabilities = {
  positionEncoding: "utf-16",
  textDocumentSync: { openClose: true, change: INCREMENTAL, save: true },
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

/** Extensions that are edited beside the runbooks that name them. */
export const WATCHED: RegistrationParams = {
  registrations: [
    {
      id: "extensions",
      method: "workspace/didChangeWatchedFiles",
      registerOptions: { watchers: [{ globPattern: "**/*.{js,mjs,cjs}" }] },
    },
  ],
};

/** The folders that `extensions` in a client's options allows, or what is wrong with it. */
export function foldersIn(options: unknown): readonly string[] | string {
  const { extensions = [] } = (typeof options === "object" && options !== null ? options : {}) as {
    readonly extensions?: unknown;
  };
  const wrong = "initializationOptions.extensions: expected a list of folders, as absolute paths or file: addresses";
  if (!Array.isArray(extensions)) return wrong;
  const paths = extensions.map((one: unknown) => {
    if (typeof one !== "string") return undefined;
    if (!one.startsWith("file:")) return isAbsolute(one) ? one : undefined;
    try {
      return fileURLToPath(one);
    } catch {
      return undefined;
    }
  });
  return paths.includes(undefined) ? wrong : paths.filter((path) => path !== undefined);
}
