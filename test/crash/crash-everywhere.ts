// Kills real processes at every point of a run, resumes each in this one, and compares what is left with an undisturbed run.
// Run as a program it prints how many kills there were and how many failed: `npm run crash [-- runbook…]`, for all runbooks
// that are shipped when none is named. CRASH_SAMPLE=n tries n points of each, CRASH_SEED chooses others.

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { cp, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { withoutTimes, worldState } from "../support/world.ts";
import { canonicalJson } from "../../engine/value/json.ts";
import { leaksBelow } from "../support/leaks.ts";
import { projectFile } from "../support/project.ts";
import { type CrashOrder, type LifeResult, live } from "./crash-life.ts";

export interface CrashReport {
  /** Where the process could be killed. */
  readonly points: number;
  readonly kills: number;
  readonly failures: readonly string[];
}

export interface CrashOptions {
  /** Path of the runbook, or `resources`. */
  readonly runbook: string;
  /** How many of the points are tried, and what chooses them; absent: all. */
  readonly sample?: { readonly count: number; readonly seed: string };
  /** How many points are tried at once. */
  readonly workers: number;
}

const PASSWORD = "Pl4nted-canary-password";
const CHILD = fileURLToPath(new URL("./crash-process.js", import.meta.url));
const START = Date.UTC(2026, 0, 1);

type Kill = NonNullable<CrashOrder["kill"]>;

export async function crashEverywhere({ runbook, sample, workers }: CrashOptions): Promise<CrashReport> {
  const root = await mkdtemp(join(tmpdir(), "runbook-crash-"));
  try {
    const whole = new Place(root, "whole", runbook);
    await whole.start();
    const wanted = await whole.result();
    if (wanted?.status !== "done") throw new Error(`the undisturbed run did not end well: ${JSON.stringify(wanted)}`);
    const wantedState = worldState(whole.emulator);
    const points = sample === undefined ? killPoints(wanted) : chosen(killPoints(wanted), sample);
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
    return { points: killPoints(wanted).length, kills, failures };
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/** The first line holds what a resume needs; before it is whole nothing has been sent. */
function killPoints({ lines, mutations }: LifeResult): readonly Kill[] {
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

/** The same for the same seed, spread over all. */
function chosen<T>(points: readonly T[], { count, seed }: NonNullable<CrashOptions["sample"]>): readonly T[] {
  const rank = (_: T, index: number): string => createHash("sha256").update(`${seed} ${index}`).digest("hex");
  return points
    .map((point, index) => ({ point, by: rank(point, index) }))
    .toSorted((a, b) => (a.by < b.by ? -1 : 1))
    .slice(0, count)
    .map(({ point }) => point);
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

  async result(): Promise<LifeResult | undefined> {
    const text = await readFile(join(this.#order.run, "result.json"), "utf8").catch(() => undefined);
    return text === undefined ? undefined : (JSON.parse(text) as LifeResult);
  }

  /** What went wrong; `undefined` when nothing did. */
  async killAndResume(kill: Kill, like: Place, state: string, outputs: unknown): Promise<string | undefined> {
    await mkdir(this.emulator, { recursive: true });
    // The same keys: making a pair takes longer than the run.
    await cp(join(like.emulator, "keys.json"), join(this.emulator, "keys.json"));
    const ended = await this.start(kill);
    if (ended === 0) return "not killed";
    if (ended !== "SIGKILL") return `the process ended with ${ended} instead of being killed`;
    const before = await leaksBelow(this.directory, [PASSWORD]);
    const result = await live({ ...this.#order, resume: true, now: START + 3_600_000 });
    if (result.status !== "done") return `the resumed run ended so: ${JSON.stringify(result)}`;
    if (canonicalJson(withoutTimes(result.outputs)) !== canonicalJson(withoutTimes(outputs))) return "other outputs";
    if (worldState(this.emulator) !== state) return "another final state";
    const twice = await this.#createdTwice();
    if (twice.length > 0) return `created twice: ${twice.join(", ")}`;
    const leaks = [...before, ...(await leaksBelow(this.directory, [PASSWORD]))];
    return leaks.length === 0 ? undefined : leaks.join(", ");
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
  const { CRASH_SAMPLE: count, CRASH_SEED: seed = "1" } = process.env;
  const shipped = readdirSync(projectFile("runbooks")).filter((name) => /(?<!\.test)\.yaml$/.test(name));
  const named = process.argv.slice(2);
  let failed = 0;
  for (const runbook of named.length > 0
    ? named
    : shipped.map((name) => fileURLToPath(projectFile(`runbooks/${name}`)))) {
    const sample = count === undefined ? {} : { sample: { count: Number(count), seed } };
    const { points, kills, failures } = await crashEverywhere({ runbook, ...sample, workers: 2 });
    for (const failure of failures) process.stdout.write(`  ${failure}\n`);
    process.stdout.write(`${basename(runbook)}: ${kills} kills at ${points} points, ${failures.length} failures\n`);
    failed += failures.length;
  }
  process.exitCode = failed === 0 ? 0 : 1;
}
