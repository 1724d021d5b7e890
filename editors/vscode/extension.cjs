// Starts `runbook lsp` and hands it the runbooks that are open. Everything else is the language server's.

const { existsSync } = require("node:fs");
const { join } = require("node:path");
const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

/** @type {import("vscode-languageclient/node").LanguageClient | undefined} */
let client;

async function activate(context) {
  context.subscriptions.push(
    vscode.commands.registerCommand("runbook.restart", restart),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration("runbook")) void restart();
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(restart),
  );
  await start();
}

async function start() {
  const command = runbookCommand();
  const server = { command, args: ["lsp"], options: { shell: process.platform === "win32" } };
  client = new LanguageClient("runbook", "Runbook", server, {
    documentSelector: [{ language: "runbook" }],
    initializationOptions: { extensions: allowedFolders() },
  });
  try {
    await client.start();
  } catch (thrown) {
    client = undefined;
    const answer = await vscode.window.showErrorMessage(
      `runbook could not be started as "${command}": ${thrown instanceof Error ? thrown.message : thrown}`,
      "Open the setting",
    );
    if (answer !== undefined) await vscode.commands.executeCommand("workbench.action.openSettings", "runbook.path");
  }
}

/** Where step types of others are loaded, which runs them: nowhere in a workspace that is not trusted. */
function allowedFolders() {
  const isWanted = vscode.workspace.getConfiguration("runbook").get("loadExtensions") !== false;
  const folders = vscode.workspace.isTrusted && isWanted ? (vscode.workspace.workspaceFolders ?? []) : [];
  return folders.filter(({ uri }) => uri.scheme === "file").map(({ uri }) => uri.toString());
}

/** What the setting says, or what the workspace has installed. A folder that is not trusted chooses no program. */
function runbookCommand() {
  const set = vscode.workspace.getConfiguration("runbook").get("path");
  if (set) return set;
  const name = process.platform === "win32" ? "runbook.cmd" : "runbook";
  const folders = vscode.workspace.isTrusted ? (vscode.workspace.workspaceFolders ?? []) : [];
  const installed = folders
    .filter(({ uri }) => uri.scheme === "file")
    .map(({ uri }) => join(uri.fsPath, "node_modules", ".bin", name));
  return installed.find((path) => existsSync(path)) ?? "runbook";
}

async function restart() {
  await client?.stop();
  await start();
}

async function deactivate() {
  await client?.stop();
}

module.exports = { activate, deactivate };
