// `npm run load [requests] [clients] [seed]`: works on `runbook emulator`, a process of its own that is killed with a signal that
// no process can catch in the middle, and started again. Prints what came of it, and ends with 1 where something was wrong.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { runLoad, type LoadServer } from "./load-run.ts";

const BIN = fileURLToPath(new URL("../../engine/cli/bin.js", import.meta.url));

interface Started {
  readonly httpUrl: string;
  readonly subscriptionId: string;
  readonly tenantId: string;
  readonly clientId: string;
  readonly secretFile: string;
}

class ServedEmulator implements LoadServer {
  url = "";
  subscription = "";
  token = "";
  readonly #directory: string;
  #process: ChildProcess | undefined;

  constructor(directory: string) {
    this.#directory = directory;
  }
  async start(): Promise<void> {
    const options = ["emulator", "--http", "--json"];
    const child = spawn(process.execPath, [BIN, ...options], {
      cwd: this.#directory,
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.#process = child;
    const started = await new Promise<Started>((resolve, reject) => {
      createInterface(child.stdout).on("line", (line) => {
        if (line.includes('"emulator-started"')) resolve(JSON.parse(line) as Started);
      });
      child.once("exit", (code) => reject(new Error(`the emulator ended with ${code}`)));
    });
    this.url = started.httpUrl;
    this.subscription = `/subscriptions/${started.subscriptionId}`;
    if (this.token === "") this.token = await signIn(started);
  }
  async killAndRestart(): Promise<void> {
    await this.#end("SIGKILL");
    await this.start();
  }
  stop(): Promise<void> {
    return this.#end("SIGINT");
  }
  async #end(signal: "SIGKILL" | "SIGINT"): Promise<void> {
    if (this.#process === undefined || this.#process.exitCode !== null) return;
    const ended = once(this.#process, "exit");
    this.#process.kill(signal);
    await ended;
  }
}

async function signIn({ httpUrl, tenantId, clientId, secretFile }: Started): Promise<string> {
  const form = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: clientId,
    client_secret: (await readFile(secretFile, "utf8")).trim(),
    scope: "https://management.azure.com/.default",
  });
  const answer = await fetch(`${httpUrl}/${tenantId}/oauth2/v2.0/token`, { method: "POST", body: form });
  return ((await answer.json()) as { readonly access_token: string }).access_token;
}

const [requests = 10_000, clients = 32, seed = 1] = process.argv.slice(2).map(Number);
const directory = await mkdtemp(join(tmpdir(), "runbook-load-"));
const server = new ServedEmulator(directory);
try {
  await server.start();
  const { answered, byKind, cut, cutWithEffect, verified, wrong, seconds } = await runLoad(
    { requests, clients, seed },
    server,
  );
  const kinds = Object.entries(byKind).map(([kind, count]) => `${count} ${kind}`);
  const print = (line: string): void => void process.stdout.write(`${line}\n`);
  print(`${answered} answers to ${clients} clients at once, in ${seconds.toFixed(1)} s: ${kinds.join(", ")}`);
  print(`killed in the middle: ${cut} requests cut off, of which ${cutWithEffect} had had their effect`);
  print(`${verified} resources compared after the restart and at the end`);
  for (const line of wrong.slice(0, 10)) print(`WRONG: ${line}`);
  print(wrong.length === 0 ? "none lost, none wrong" : `${wrong.length} wrong`);
  process.exitCode = wrong.length === 0 && cut > 0 ? 0 : 1;
} finally {
  await server.stop();
  await rm(directory, { recursive: true, force: true });
}
