/**
 * Runs a Linux guest's script in bubblewrap: a read-only system without the user's files, an empty home, and no network
 * but the VM's own metadata service and Resource Manager, both the emulator's. Never runs anything without it.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { findPrograms, NoSandbox, type Programs } from "./programs.ts";
import { findScope, type Scope } from "./scope.ts";
import { isMachine, systemCallFilter } from "./system-calls.ts";
import { bridgeBytes, useOf, type Watched } from "./watch.ts";
import { makeWorkDirectory, removeAbandoned } from "./work-directory.ts";

export interface SandboxLimits {
  readonly timeMs: number;
  readonly memoryBytes: number;
  /** Threads count as well. */
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
  /** Where it is less than the sandbox gives. */
  readonly timeMs?: number;
}
export interface SandboxResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Why the script was ended before its end, or never begun. */
  readonly problem?: string;
  /** Ended because its time was over. */
  readonly isLate?: true;
}

const outputLimit = 64 * 1024;
/** Of files and buffers, over what is watched. */
const slackBytes = 64 * 1024 * 1024;
const watchEveryMs = 100;
const startMs = 30_000;
const home = "/var/lib/waagent/run-command/download/0";
/** In memory, and all that can be written to. */
const folders = ["/tmp", "/root", "/home", "/var/tmp", "/dev/shm", home];

export class Sandbox {
  readonly #programs: Programs;
  readonly #limits: SandboxLimits;
  readonly #filter: Buffer;
  readonly #scope: Scope | undefined;
  readonly #running = new Set<ChildProcess>();

  /** Throws `NoSandbox`. */
  constructor(limits: Partial<SandboxLimits> = {}) {
    if (process.platform !== "linux") throw new NoSandbox("scripts can be sandboxed on Linux only");
    const machine = process.arch;
    if (!isMachine(machine)) throw new NoSandbox(`system calls of a ${machine} machine cannot be filtered`);
    this.#programs = findPrograms();
    this.#limits = { ...defaultLimits, ...limits };
    this.#filter = systemCallFilter(machine);
    const { memoryBytes, processes } = this.#limits;
    this.#scope = findScope(memoryBytes + bridgeBytes + slackBytes, processes + 64);
    removeAbandoned();
  }

  /** Ends what runs. */
  close(): void {
    for (const child of this.#running) child.kill("SIGKILL");
  }

  run(job: SandboxJob): Promise<SandboxResult> {
    const directory = makeWorkDirectory();
    return this.#run(job, directory).finally(() => rmSync(directory, { recursive: true, force: true }));
  }

  #run(job: SandboxJob, directory: string): Promise<SandboxResult> {
    const { memoryBytes, processes } = this.#limits;
    const timeMs = Math.min(this.#limits.timeMs, job.timeMs ?? Infinity);
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
      ...folders.map(sized),
      etc("passwd", "root:x:0:0:root:/root:/bin/sh\n"),
      etc("group", "root:x:0:\n"),
      etc("hosts", hosts.map(([name, address]) => `${address} ${name}\n`).join("")),
      etc("nsswitch.conf", "hosts: files\npasswd: files\ngroup: files\n"),
      ["--ro-bind", file("ca.pem", job.caPem), trusted],
      ["--ro-bind", process.execPath, "/run/emulator/node"],
      ["--ro-bind", fileURLToPath(new URL("./bridge.js", import.meta.url)), "/run/emulator/bridge.mjs"],
      ...sockets.map(([outside, inside]) => ["--bind", outside, inside]),
      ["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", home],
      ["--info-fd", "5", "--seccomp", "6"],
      ["/run/emulator/node", "/run/emulator/bridge.mjs"],
    ].flat();
    const [program = bwrap, ...before] = [...(this.#scope?.command ?? []), bwrap];
    return new Promise((resolve) => {
      const stdio = Array.from({ length: 7 }, () => "pipe" as const);
      const child = spawn(program, [...before, ...args], { stdio, env: this.#scope?.env ?? {} });
      child.stdin?.on("error", () => {});
      child.stdin?.end(JSON.stringify(orders));
      const filter = (child.stdio as readonly unknown[])[6] as NodeJS.WritableStream;
      filter.on("error", () => {});
      filter.end(this.#filter);
      this.#running.add(child);
      const [, told, complaint, stdout, stderr, info] = child.stdio.map((stream) => collect(stream));
      let why: string | undefined;
      const end = (problem: string): void => {
        why ??= problem;
        child.kill("SIGKILL");
      };
      const tooLong = `the script took longer than ${timeMs / 1000} s`;
      let late = setTimeout(() => end(`the sandbox took longer than ${startMs / 1000} s to begin`), startMs);
      let watch: NodeJS.Timeout | undefined;
      // Not before the bridge says so does the sandbox have a root of its own to look into.
      (child.stdio[1] as Readable).once("data", () => {
        clearTimeout(late);
        late = setTimeout(() => end(tooLong), timeMs);
        const bridge = begun(told?.() ?? "");
        watch = setInterval(() => {
          const pid = /"child-pid": (\d+)/.exec(info?.() ?? "")?.[1];
          const problem = excess({ pid: Number(pid), bridge, folders }, this.#limits);
          if (problem !== undefined) end(problem);
        }, watchEveryMs);
      });
      const done = (failure?: string): void => {
        clearTimeout(late);
        clearInterval(watch);
        this.#running.delete(child);
        const exitCode = ending(told?.() ?? "");
        const problem =
          failure ??
          (exitCode === undefined ? (why ?? ((complaint?.() ?? "").trim() || "the sandbox ended")) : undefined);
        resolve({
          exitCode: exitCode ?? 1,
          stdout: stdout?.() ?? "",
          stderr: stderr?.() ?? "",
          ...(problem !== undefined && { problem }),
          ...(problem === tooLong && { isLate: true as const }),
        });
      };
      child.on("error", (error) => done(`bubblewrap cannot be started: ${error.message}`));
      child.on("close", () => done());
    });
  }
}

/** Why the script must be ended, if it must. */
function excess(watched: Watched, { memoryBytes, processes }: SandboxLimits): string | undefined {
  try {
    const used = useOf(watched);
    if (used.memoryBytes > memoryBytes) return "the script used too much memory";
    return used.tasks > processes ? "the script started too many processes" : undefined;
  } catch (thrown) {
    // Where it has ended there is nothing to watch; what cannot be watched must not run.
    const { code } = thrown as NodeJS.ErrnoException;
    return code === "ENOENT" || code === "ESRCH" ? undefined : `what the script uses cannot be seen: ${code}`;
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

/** The bridge tells two lines: as which process it begins, and how the script has ended. */
const begun = (told: string): number => Number(told.split("\n", 1)[0]);
function ending(told: string): number | undefined {
  try {
    const { exitCode } = JSON.parse(told.split("\n")[1] ?? "") as { exitCode?: unknown };
    return typeof exitCode === "number" ? exitCode : undefined;
  } catch {
    return undefined;
  }
}
