// Kills real processes at every point of a run, resumes each, and compares what is left with an undisturbed run. Run as a
// program it prints how many kills there were and how many failed: `npm run crash [runbook…]`.

import { spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { withoutTimes, worldState } from "../support/world.ts";
import { canonicalJson } from "../../engine/value/json.ts";
import type { CrashOrder } from "./crash-process.ts";

export interface CrashReport {
  readonly kills: number;
  readonly failures: readonly string[];
}

export interface CrashOptions {
  /** Path of the runbook, or `resources`. */
  readonly runbook: string;
  /** Kill at each of the points (1), or at every so-manieth. */
  readonly stride: number;
  /** How many points are tried at once. */
  readonly workers: number;
}

const PASSWORD = "Pl4nted-canary-password";
const CHILD = fileURLToPath(new URL("./crash-process.js", import.meta.url));
const START = Date.UTC(2026, 0, 1);

interface Result {
  readonly status: string;
  readonly outputs: unknown;
  readonly failures: readonly unknown[];
  readonly lines: number;
  readonly mutations: number;
  readonly now: number;
}

type Kill = NonNullable<CrashOrder["kill"]>;

export async function crashEverywhere({ runbook, stride, workers }: CrashOptions): Promise<CrashReport> {
  const root = await mkdtemp(join(tmpdir(), "runbook-crash-"));
  try {
    const whole = new Place(root, "whole", runbook);
    await whole.start();
    const wanted = await whole.result();
    if (wanted?.status !== "done") throw new Error(`the undisturbed run did not end well: ${JSON.stringify(wanted)}`);
    const wantedState = worldState(whole.emulator);
    const points = killPoints(wanted).filter((_, index) => index % stride === 0);
    const failures: string[] = [];
    let next = 0;
    let kills = 0;
    const work = async (): Promise<void> => {
      for (let index = next++; index < points.length; index = next++) {
        const kill = points[index]!;
        const place = new Place(root, String(index), runbook);
        const problem = await place.killAndResume(kill, whole, wantedState, wanted.outputs);
        if (problem === "not killed") continue;
        kills++;
        if (problem !== undefined) failures.push(`${kill.when} ${kill.count}: ${problem}`);
        await rm(place.directory, { recursive: true });
      }
    };
    await Promise.all(Array.from({ length: workers }, work));
    return { kills, failures };
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/** The first line holds what a resume needs; before it is whole nothing has been sent. */
function killPoints({ lines, mutations }: Result): readonly Kill[] {
  const upTo = (count: number, from: number): readonly number[] =>
    Array.from({ length: count - from }, (_, index) => index + from);
  return [
    ...upTo(lines, 1).flatMap((count): Kill[] => [
      { when: "line", count },
      { when: "torn", count },
    ]),
    ...upTo(mutations + 1, 1).flatMap((count): Kill[] => [
      { when: "unsent", count },
      { when: "answered", count },
    ]),
  ];
}

class Place {
  readonly directory: string;
  readonly emulator: string;
  readonly #order: Omit<CrashOrder, "resume" | "now">;

  constructor(root: string, name: string, runbook: string) {
    this.directory = join(root, name);
    this.emulator = join(this.directory, "emulator");
    this.#order = { runbook, emulator: this.emulator, run: join(this.directory, "run"), password: PASSWORD };
  }

  start(kill?: Kill): Promise<NodeJS.Signals | number | null> {
    return run({ ...this.#order, resume: false, now: START, ...(kill && { kill }) });
  }

  async result(): Promise<Result | undefined> {
    const text = await readFile(join(this.#order.run, "result.json"), "utf8").catch(() => undefined);
    return text === undefined ? undefined : (JSON.parse(text) as Result);
  }

  /** What went wrong; `undefined` when nothing did. */
  async killAndResume(kill: Kill, like: Place, state: string, outputs: unknown): Promise<string | undefined> {
    await mkdir(this.emulator, { recursive: true });
    // The same keys: making a pair takes longer than the run.
    await cp(join(like.emulator, "keys.json"), join(this.emulator, "keys.json"));
    const ended = await this.start(kill);
    if (ended === 0) return "not killed";
    if (ended !== "SIGKILL") return `the process ended with ${ended} instead of being killed`;
    const before = await this.#leak();
    const resumed = await run({ ...this.#order, resume: true, now: START + 3_600_000 });
    if (resumed !== 0) return `the resume ended with ${resumed}`;
    const result = await this.result();
    if (result?.status !== "done") return `the resumed run ended so: ${JSON.stringify(result)}`;
    if (canonicalJson(withoutTimes(result.outputs)) !== canonicalJson(withoutTimes(outputs))) return "other outputs";
    if (worldState(this.emulator) !== state) return "another final state";
    const twice = await this.#createdTwice();
    if (twice.length > 0) return `created twice: ${twice.join(", ")}`;
    const leak = before ?? (await this.#leak());
    return leak === undefined ? undefined : `the password is in ${leak}`;
  }

  async #createdTwice(): Promise<readonly string[]> {
    const text = await readFile(join(this.emulator, "requests.jsonl"), "utf8");
    const created = text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { method: string; path: string; status: number })
      .filter(({ method, status }) => method === "PUT" && status === 201)
      .map(({ path }) => path.toLowerCase());
    return created.filter((path, index) => created.indexOf(path) !== index);
  }

  /** A file that holds the password. */
  async #leak(): Promise<string | undefined> {
    for (const entry of await readdir(this.directory, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      if ((await readFile(path, "utf8")).includes(PASSWORD)) return path;
    }
    return undefined;
  }
}

/** The code that the process ended with, or the signal. */
function run(order: CrashOrder): Promise<NodeJS.Signals | number | null> {
  const child = spawn(process.execPath, [CHILD, JSON.stringify(order)], { stdio: ["ignore", "ignore", "inherit"] });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve(signal ?? code));
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [runbooks, stride] = [process.argv.slice(2), Number(process.env["CRASH_STRIDE"] ?? 1)];
  let failed = 0;
  for (const runbook of runbooks.length > 0 ? runbooks : ["resources"]) {
    const { kills, failures } = await crashEverywhere({ runbook, stride, workers: 2 });
    for (const failure of failures) process.stdout.write(`  ${failure}\n`);
    process.stdout.write(`${runbook}: ${kills} kills, ${failures.length} failures\n`);
    failed += failures.length;
  }
  process.exitCode = failed === 0 ? 0 : 1;
}
