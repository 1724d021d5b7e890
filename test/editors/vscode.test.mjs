// The VS Code extension packs with Microsoft's own tool, holds what it needs, and starts the command it is told to.

import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runInThisContext } from "node:vm";

const source = fileURLToPath(new URL("../../editors/vscode", import.meta.url));
const vsce = fileURLToPath(new URL("node_modules/@vscode/vsce/vsce", import.meta.url));

describe("the VS Code extension", () => {
  let folder;
  let files;
  before(function () {
    if (!existsSync(vsce)) {
      process.stdout.write("      @vscode/vsce is not installed, so the extension is not packed\n");
      this.skip();
    }
    folder = mkdtempSync(join(tmpdir(), "runbook-vscode-"));
    cpSync(source, folder, { recursive: true, filter: (path) => !path.includes("node_modules") });
    execFileSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: folder, stdio: "ignore" });
    const argv = [vsce, "package", "--allow-missing-repository", "--out", "packed.vsix"];
    execFileSync(process.execPath, argv, { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
    files = execFileSync("unzip", ["-Z1", "packed.vsix"], { cwd: folder, encoding: "utf8" }).trim().split("\n");
  });
  after(() => folder && rmSync(folder, { recursive: true, force: true }));

  it("packs, with what it needs to run", () => {
    expect(files).include.members([
      "extension/extension.cjs",
      "extension/package.json",
      "extension/language-configuration.json",
      "extension/runbook.tmLanguage.json",
      "extension/node_modules/vscode-languageclient/package.json",
      "extension/node_modules/vscode-jsonrpc/package.json",
    ]);
    expect(files.filter((name) => /\.map$|\.d\.ts$/.test(name))).eql([]);
  });
  it("names files that are there", () => {
    const { main, contributes } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const named = [main, contributes.languages[0].configuration, contributes.grammars[0].path];
    for (const file of named) expect(existsSync(join(folder, file)), file).equal(true);
    for (const file of named.slice(1)) JSON.parse(readFileSync(join(folder, file), "utf8"));
  });

  /** Starts the extension with an editor and a client that only remember what they are told. */
  async function started(setting, folders = [], isTrusted = true, loadExtensions = true) {
    const seen = [];
    const nothing = { dispose: () => {} };
    const vscode = {
      commands: { registerCommand: () => nothing },
      workspace: {
        isTrusted,
        workspaceFolders: folders.map((fsPath) => ({
          uri: { scheme: "file", fsPath, toString: () => `file://${fsPath}` },
        })),
        getConfiguration: () => ({ get: (name) => (name === "path" ? setting : loadExtensions) }),
        onDidChangeConfiguration: () => nothing,
        onDidGrantWorkspaceTrust: () => nothing,
      },
      window: { showErrorMessage: async (message) => void seen.push(message) },
    };
    class LanguageClient {
      constructor(_id, _name, server, client) {
        seen.push([server.command, ...server.args], client.documentSelector);
        seen.allowed = client.initializationOptions.extensions;
      }
      async start() {
        if (setting === "missing") throw new Error("ENOENT");
      }
      async stop() {}
    }
    const require = createRequire(import.meta.url);
    const given = { vscode, "vscode-languageclient/node": { LanguageClient } };
    const module = { exports: {} };
    const text = readFileSync(join(folder, "extension.cjs"), "utf8");
    runInThisContext(`(function (require, module) { ${text}\n})`)((name) => given[name] ?? require(name), module);
    await module.exports.activate({ subscriptions: [] });
    return seen;
  }

  it("starts the command on the path, for runbooks alone", async () => {
    expect(await started("")).eql([["runbook", "lsp"], [{ language: "runbook" }]]);
  });
  it("starts what the setting names", async () => {
    expect((await started("/opt/runbook"))[0]).eql(["/opt/runbook", "lsp"]);
  });
  it("starts what the workspace has installed, if it is trusted", async () => {
    const root = fileURLToPath(new URL(".", import.meta.url));
    const withRunbook = mkdtempSync(join(tmpdir(), "runbook-workspace-"));
    cpSync(join(root, "package.json"), join(withRunbook, "node_modules/.bin/runbook"));
    try {
      const installed = join(withRunbook, "node_modules/.bin/runbook");
      expect((await started("", [withRunbook]))[0]).eql([installed, "lsp"]);
      expect((await started("", [withRunbook], false))[0]).eql(["runbook", "lsp"]);
    } finally {
      rmSync(withRunbook, { recursive: true });
    }
  });
  it("lets the server load step types of others in a workspace that is trusted, unless the setting forbids it", async () => {
    expect((await started("", ["/srv/a", "/srv/b"])).allowed).eql(["file:///srv/a", "file:///srv/b"]);
    expect((await started("", ["/srv/a"], false)).allowed).eql([]);
    expect((await started("", ["/srv/a"], true, false)).allowed).eql([]);
  });
  it("says what it could not start", async () => {
    expect((await started("missing"))[2]).equal('runbook could not be started as "missing": ENOENT');
  });
});
