/**
 * Runs a Linux guest's script in bubblewrap: a read-only system without the user's files, an empty home, and no network
 * but the VM's own metadata service and Resource Manager, both the emulator's. Never runs anything without it.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { accessSync, constants, existsSync, mkdtempSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export interface SandboxLimits {
  readonly timeMs: number;
  readonly memoryBytes: number;
  readonly processes: number;
}
export const defaultLimits: SandboxLimits = { timeMs: 60_000, memoryBytes: 512 * 1024 * 1024, processes: 64 };

export interface SandboxJob {
  readonly hostName: string;
  readonly script: string;
  /** Positional, as `$1`. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Where the emulator listens for this VM, by the address that the script calls. */
  readonly listeners: readonly { readonly address: string; readonly port: number; readonly socket: string }[];
  /** Names that lead to those addresses. */
  readonly hosts: Readonly<Record<string, string>>;
  /** The certificate authority that programs in the sandbox trust, and the only one. */
  readonly caPem: string;
}
export interface SandboxResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Why the script was ended before its end, or never begun. */
  readonly problem?: string;
}

interface Programs {
  readonly bwrap: string;
  readonly ip: string;
  readonly setpriv: string;
  readonly prlimit: string;
}
const packages: Readonly<Record<keyof Programs, string>> = {
  bwrap: "bubblewrap",
  ip: "iproute2",
  setpriv: "util-linux",
  prlimit: "util-linux",
};

export class NoSandbox extends Error {
  override readonly name = "NoSandbox";
}

/** Throws `NoSandbox`, which says what is missing and where it comes from. */
export function findPrograms(path = "/usr/bin:/usr/sbin:/bin:/sbin"): Programs {
  if (process.platform !== "linux") throw new NoSandbox("scripts can be sandboxed on Linux only");
  const found = Object.keys(packages).map((name) => {
    const file = path
      .split(":")
      .map((folder) => join(folder, name))
      .find(isProgram);
    if (file !== undefined) return [name, file];
    const from = packages[name as keyof Programs];
    throw new NoSandbox(`the program ${name} is missing, which Debian and Ubuntu have in the package ${from}`);
  });
  return Object.fromEntries(found) as unknown as Programs;
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const outputLimit = 64 * 1024;
const home = "/var/lib/waagent/run-command/download/0";

export class Sandbox {
  readonly #programs: Programs;
  readonly #limits: SandboxLimits;
  readonly #running = new Set<ChildProcess>();

  /** Throws `NoSandbox`. */
  constructor(limits: Partial<SandboxLimits> = {}) {
    this.#programs = findPrograms();
    this.#limits = { ...defaultLimits, ...limits };
  }

  /** Ends what runs. */
  close(): void {
    for (const child of this.#running) child.kill("SIGKILL");
  }

  run(job: SandboxJob): Promise<SandboxResult> {
    const directory = mkdtempSync(join(tmpdir(), "runbook-sandbox-"));
    return this.#run(job, directory).finally(() => rmSync(directory, { recursive: true, force: true }));
  }

  #run(job: SandboxJob, directory: string): Promise<SandboxResult> {
    const { timeMs, memoryBytes, processes } = this.#limits;
    const { ip, setpriv, prlimit, bwrap } = this.#programs;
    const file = (name: string, text: string): string => {
      const path = join(directory, name);
      writeFileSync(path, text, { mode: 0o600 });
      return path;
    };
    const sockets = job.listeners.map(({ socket }, index) => [socket, `/run/emulator/${index}.sock`] as const);
    const orders = {
      ip,
      setpriv,
      prlimit,
      listeners: job.listeners.map(({ address, port }, index) => ({ address, port, socket: sockets[index]?.[1] })),
      file: `${home}/script.sh`,
      script: job.script,
      argv: job.argv,
      env: { ...environment, ...job.env },
      memoryBytes,
      processes,
    };
    const hosts = Object.entries({ localhost: "127.0.0.1", [job.hostName]: "127.0.0.1", ...job.hosts });
    const sized = (folder: string): string[] => ["--size", String(64 * 1024 * 1024), "--tmpfs", folder];
    const etc = (name: string, text: string): string[] => ["--ro-bind", file(name, text), `/etc/${name}`];
    const args = [
      ["--unshare-all", "--unshare-user", "--uid", "0", "--gid", "0", "--hostname", job.hostName],
      ["--die-with-parent", "--new-session", "--clearenv", "--cap-drop", "ALL"],
      // To make its network and then to give these rights up; the script itself has none.
      ["--cap-add", "CAP_NET_ADMIN", "--cap-add", "CAP_NET_BIND_SERVICE", "--cap-add", "CAP_SETPCAP"],
      system(),
      ["--proc", "/proc", "--dev", "/dev"],
      ...["/tmp", "/root", "/home", "/var/tmp", "/dev/shm", home].map(sized),
      etc("passwd", "root:x:0:0:root:/root:/bin/sh\n"),
      etc("group", "root:x:0:\n"),
      etc("hosts", hosts.map(([name, address]) => `${address} ${name}\n`).join("")),
      etc("nsswitch.conf", "hosts: files\npasswd: files\ngroup: files\n"),
      ["--ro-bind", file("ca.pem", job.caPem), trusted],
      ["--ro-bind", process.execPath, "/run/emulator/node"],
      ["--ro-bind", fileURLToPath(new URL("./bridge.js", import.meta.url)), "/run/emulator/bridge.mjs"],
      ...sockets.map(([outside, inside]) => ["--bind", outside, inside]),
      ["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", home],
      ["/run/emulator/node", "/run/emulator/bridge.mjs"],
    ].flat();
    return new Promise((resolve) => {
      const child = spawn(bwrap, args, { stdio: ["pipe", "pipe", "pipe", "pipe", "pipe"], env: {} });
      child.stdin?.on("error", () => {});
      child.stdin?.end(JSON.stringify(orders));
      this.#running.add(child);
      const [, told, complaint, stdout, stderr] = child.stdio.map((stream) => collect(stream));
      let isLate = false;
      const timer = setTimeout(() => {
        isLate = true;
        child.kill("SIGKILL");
      }, timeMs);
      const done = (problem?: string): void => {
        clearTimeout(timer);
        this.#running.delete(child);
        const ended = ending(told?.() ?? "");
        const why =
          problem ??
          (isLate ? `the script took longer than ${timeMs / 1000} s` : undefined) ??
          (ended === undefined ? (complaint?.() ?? "").trim() || "the sandbox ended" : undefined);
        resolve({
          exitCode: why === undefined ? (ended ?? 1) : 1,
          stdout: stdout?.() ?? "",
          stderr: stderr?.() ?? "",
          ...(why !== undefined && { problem: why }),
        });
      };
      child.on("error", (error) => done(`bubblewrap cannot be started: ${error.message}`));
      child.on("close", () => done());
    });
  }
}

const trusted = "/etc/ssl/certs/ca-certificates.crt";
const environment: Readonly<Record<string, string>> = {
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  HOME: "/root",
  LANG: "C.UTF-8",
  SSL_CERT_FILE: trusted,
  CURL_CA_BUNDLE: trusted,
  REQUESTS_CA_BUNDLE: trusted,
  NODE_EXTRA_CA_CERTS: trusted,
};

/** Programs and their libraries, and of `/etc` what those need: nothing of the user's. */
function system(): readonly string[] {
  const links = ["/bin", "/sbin", "/lib", "/lib64", "/lib32"].flatMap((folder) => {
    if (!existsSync(folder)) return [];
    try {
      return ["--symlink", readlinkSync(folder), folder];
    } catch {
      return ["--ro-bind", folder, folder];
    }
  });
  const needed = [
    "/etc/alternatives",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/ssl/openssl.cnf",
  ];
  return ["--ro-bind", "/usr", "/usr", ...links, ...needed.flatMap((path) => ["--ro-bind-try", path, path])];
}

/** Keeps the end: that is what Run Command gives back. */
function collect(stream: unknown): () => string {
  let kept = Buffer.alloc(0);
  (stream as NodeJS.ReadableStream | null)?.on("data", (chunk: Buffer) => {
    kept = Buffer.concat([kept, chunk]).subarray(-outputLimit);
  });
  return () => kept.toString("utf8");
}

function ending(told: string): number | undefined {
  try {
    const { exitCode } = JSON.parse(told) as { exitCode?: unknown };
    return typeof exitCode === "number" ? exitCode : undefined;
  } catch {
    return undefined;
  }
}
