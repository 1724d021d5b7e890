// A place to run guest.sh for real: a folder of tools to find, and loopback servers for what a VM can reach.

import { spawn } from "node:child_process";
import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { guestScripts } from "../../engine/azure/generated/guest-scripts.js";
import { openSeal, readFrame } from "../../engine/azure/guest/frame.ts";

const { privateKey, publicKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
  publicKeyEncoding: { type: "spki", format: "der" },
});
export const KEY = createPrivateKey(privateKey);
export const RB_KEY = publicKey.toString("base64url");

export type Respond = (request: IncomingMessage, response: ServerResponse) => void;

/** A server whose answers the test gives, in order; the last one stays. */
export class FakeService {
  readonly requests: { readonly url: string; readonly headers: IncomingMessage["headers"] }[] = [];
  respond: Respond[] = [];
  readonly #server = createServer((request, response) => {
    this.requests.push({ url: request.url ?? "", headers: request.headers });
    const next = this.respond.length > 1 ? this.respond.shift() : this.respond[0];
    next?.(request, response);
  });
  async open(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
  }
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }
  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

export const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Respond =>
  (_request, response) => {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(text);
  };

export const encoded = (url: string): string => `u${Buffer.from(url).toString("base64url")}`;

export interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
}

const TOOLS = ["openssl", "curl", "python3", "gzip", "od", "tr", "cut", "awk", "sleep", "cat"];
const PLACES = ["/usr/bin", "/bin", "/usr/sbin", "/sbin"];

/** Where a tool of the system is; absent when it is not installed. */
export const placeOf = (tool: string): string | undefined =>
  PLACES.map((place) => join(place, tool)).find((path) => existsSync(path));

/** One line of guest.sh says where programs are found; this puts another folder there. */
export class GuestMachine {
  readonly #root = mkdtempSync(join(tmpdir(), "guest-machine-"));
  readonly bin = join(this.#root, "bin");
  readonly home = join(this.#root, "home");
  readonly calls = join(this.#root, "calls");
  readonly #script = join(this.#root, "guest.sh");

  constructor(text = guestScripts["guest.sh"]) {
    mkdirSync(this.bin);
    mkdirSync(this.home);
    const line = "LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin\n";
    if (!text.includes(line)) throw new Error("guest.sh sets its PATH in another way");
    writeFileSync(this.#script, text.replace(line, `LC_ALL=C PATH=${this.bin}\n`));
    for (const tool of TOOLS) {
      const path = placeOf(tool);
      if (path !== undefined) symlinkSync(path, join(this.bin, tool));
    }
    // Waiting is not what is tested.
    this.replace("sleep", 'echo "sleep $1" >&9');
  }

  without(...tools: readonly string[]): this {
    for (const tool of tools) rmSync(join(this.bin, tool), { force: true });
    return this;
  }

  /** Puts a script in place of a tool; descriptor 9 is the file `calls`. */
  replace(tool: string, body: string): this {
    const path = join(this.bin, tool);
    rmSync(path, { force: true });
    writeFileSync(path, `#!/bin/sh\nexec 9>>${this.calls}\n${body}\n`);
    chmodSync(path, 0o755);
    return this;
  }

  /** Every program that is started writes down its arguments and its environment. */
  spied(): this {
    for (const tool of readdirSync(this.bin)) {
      if (tool !== "sleep") this.replace(tool, `echo "$0 $*" >&9; /usr/bin/env >&9; exec ${placeOf(tool)!} "$@"`);
    }
    return this;
  }

  /** All tools that busybox has, as on Alpine. */
  ofBusybox(): this {
    for (const tool of ["gzip", "od", "tr", "cut", "awk", "cat"]) {
      this.without(tool);
      symlinkSync(placeOf("busybox")!, join(this.bin, tool));
    }
    return this;
  }

  get called(): string {
    return existsSync(this.calls) ? readFileSync(this.calls, "utf8") : "";
  }

  /** What the script left behind. */
  get left(): readonly string[] {
    return readdirSync(this.home);
  }

  run(parameters: Readonly<Record<string, string>>, shell: readonly string[] = ["/bin/sh"]): Promise<Ran> {
    const [program = "", ...args] = shell;
    return new Promise((resolve, reject) => {
      const child = spawn(program, [...args, this.#script], {
        cwd: this.home,
        env: { PATH: "/usr/bin:/bin", HOME: this.home, TMPDIR: this.home, ...parameters },
        stdio: ["ignore", "pipe", "pipe"],
      });
      const heard = { stdout: "", stderr: "" };
      child.stdout.on("data", (data: Buffer) => (heard.stdout += data.toString()));
      child.stderr.on("data", (data: Buffer) => (heard.stderr += data.toString()));
      child.on("error", reject);
      child.on("close", (code) => resolve({ ...heard, code }));
    });
  }

  remove(): void {
    rmSync(this.#root, { recursive: true });
  }
}

export interface Read {
  readonly stage: string;
  readonly status: number;
  readonly body?: string;
  readonly requestId?: string;
  readonly error?: string;
}

/** Opens a frame as the engine does; anything but an answer or an error word is a failure of the test. */
export function opened(ran: Ran, id: string): Read {
  if (ran.code !== 0 || ran.stderr !== "") throw new Error(`exit code ${ran.code}, stderr: ${ran.stderr}`);
  const frame = readFrame(ran.stdout, id);
  if (frame.kind === "error") return { stage: frame.stage, status: frame.status, error: frame.word };
  if (frame.kind === "unreadable") throw new Error(`${frame.why}: ${ran.stdout.slice(-300)}`);
  const answer = openSeal(frame, id, KEY);
  if (answer === undefined) throw new Error("the seal does not open");
  return { stage: frame.stage, status: frame.status, ...answer };
}
