// A client of the YAML language server that editors run, over its standard streams.

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import rpc from "vscode-jsonrpc/node";

const SERVER = fileURLToPath(new URL("node_modules/yaml-language-server/bin/yaml-language-server", import.meta.url));
const SCHEMA = new URL("../../schemas/runbook.schema.json", import.meta.url).href;
export const MODELINE = `# yaml-language-server: $schema=${SCHEMA}\n`;

export class YamlClient {
  #process = spawn(process.execPath, [SERVER, "--stdio"], { stdio: ["pipe", "pipe", "inherit"] });
  #connection = rpc.createMessageConnection(
    new rpc.StreamMessageReader(this.#process.stdout),
    new rpc.StreamMessageWriter(this.#process.stdin),
  );
  #told = new Map();
  #count = 0;

  static async open() {
    const client = new YamlClient();
    const connection = client.#connection;
    const settings = { validate: true, completion: true, hover: true, schemaStore: { enable: false } };
    connection.onRequest("workspace/configuration", ({ items }) =>
      items.map(({ section }) => (section === "yaml" ? settings : {})),
    );
    connection.onRequest("client/registerCapability", () => null);
    connection.onNotification("textDocument/publishDiagnostics", ({ uri, diagnostics }) => {
      client.#told.get(uri)?.(diagnostics);
    });
    connection.listen();
    await connection.sendRequest("initialize", {
      processId: process.pid,
      rootUri: null,
      workspaceFolders: null,
      capabilities: {
        textDocument: { completion: { completionItem: { documentationFormat: ["markdown"] } } },
        workspace: { configuration: true },
      },
    });
    await connection.sendNotification("initialized", {});
    return client;
  }

  /** Opens a text; `|` is where the cursor stands. Answers what is told about it, and how to ask about the cursor. */
  async read(marked) {
    const bar = marked.indexOf("|");
    const text = MODELINE + (bar === -1 ? marked : marked.slice(0, bar) + marked.slice(bar + 1));
    const before = (MODELINE + marked.slice(0, Math.max(bar, 0))).split("\n");
    const position = { line: before.length - 1, character: before.at(-1).length };
    const uri = `file:///runbooks/${++this.#count}.yaml`;
    const told = new Promise((resolve) => this.#told.set(uri, resolve));
    await this.#connection.sendNotification("textDocument/didOpen", {
      textDocument: { uri, languageId: "yaml", version: 1, text },
    });
    const ask = (method) => this.#connection.sendRequest(method, { textDocument: { uri }, position });
    return {
      diagnostics: (await told).map(({ message }) => message),
      completion: async () => (await ask("textDocument/completion")).items,
      hover: async () => (await ask("textDocument/hover"))?.contents.value ?? "",
    };
  }

  async close() {
    await this.#connection.sendRequest("shutdown");
    await this.#connection.sendNotification("exit");
    this.#connection.dispose();
    if (this.#process.exitCode === null) this.#process.kill();
  }
}
