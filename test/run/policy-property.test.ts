import { expect } from "chai";
import fc from "fast-check";
import { executeRun, type RunResult } from "../../engine/run/execute.ts";
import type { RunEvent } from "../../engine/run/events.ts";
import { OperationError } from "../../engine/run/failure.ts";
import type { JournalEntry } from "../../engine/run/journal.ts";
import type { Performer } from "../../engine/run/local-driver.ts";
import { MemoryJournal } from "../../engine/run/memory-journal.ts";
import { instanceOf } from "../../engine/run/operation-key.ts";
import { prepareResume } from "../../engine/run/resume.ts";
import { loadRunbook } from "../../engine/runbook/load.ts";
import type { Runbook } from "../../engine/runbook/model.ts";
import { defineStep, type StepRegistry } from "../../engine/steps/definition.ts";
import { ensure } from "../../engine/steps/operation.ts";
import { Type } from "../../engine/steps/type.ts";
import type { Json } from "../../engine/value/json.ts";
import { headerOf } from "../support/journal-header.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

const GROUP = "Microsoft.Resources/resourceGroups";
const make = defineStep({
  name: "make",
  summary: "",
  inputs: Type.Object({ name: Type.String(), reads: Type.Optional(Type.Array(Type.Unknown())) }),
  outputs: Type.Object({ id: Type.String() }),
  examples: [],
  *run({ name }) {
    yield* ensure<{ location: string }, Json>({ type: GROUP, id: `/${name}` }, { location: "here" });
    return { id: name };
  },
});
const registry: StepRegistry = new Map([["make", make]]);

/** How one step hangs on an earlier one: by `needs`, by its outputs, or by how it ended. */
interface Tie {
  readonly on: number;
  readonly how: "needs" | "reads" | "ends";
}
interface Drawn {
  readonly ties: readonly Tie[];
  readonly isFinally: boolean;
  readonly continues: boolean;
  readonly attempts: number;
  /** How many items, each with how often it fails; absent: no `forEach`. */
  readonly items?: readonly number[];
  readonly maxErrors: number;
  /** Without `forEach`: how often it fails. */
  readonly fails: number;
}

const often = fc.constantFrom(0, 0, 0, 1, 9);
const drawn: fc.Arbitrary<Drawn> = fc
  .record({
    ties: fc.array(fc.record({ on: fc.nat(6), how: fc.constantFrom("needs", "reads", "ends") }), { maxLength: 3 }),
    isFinally: fc.constantFrom(false, false, true),
    continues: fc.boolean(),
    attempts: fc.constantFrom(1, 1, 2),
    items: fc.option(fc.array(often, { maxLength: 3 }), { nil: undefined }),
    maxErrors: fc.nat(1),
    fails: often,
  })
  .map(({ items, ...rest }) => ({ ...(rest as Omit<Drawn, "items">), ...(items && { items }) }));

/** Only earlier steps are tied to, and none of `finally` from outside of it; the steps of `finally` come last. */
function settled(steps: readonly Drawn[]): readonly Drawn[] {
  const ordered = [...steps.filter((one) => !one.isFinally), ...steps.filter((one) => one.isFinally)];
  if (ordered[0]?.isFinally === true) ordered[0] = { ...ordered[0], isFinally: false };
  return ordered.map((one, index) => ({ ...one, ties: one.ties.filter(({ on }) => on < index) }));
}

function textOf(steps: readonly Drawn[]): string {
  const line = (one: Drawn, index: number): string => {
    const of = (how: Tie["how"]): readonly number[] => [
      ...new Set(one.ties.filter((tie) => tie.how === how).map(({ on }) => on)),
    ];
    const reads = [
      ...of("reads").map((on) => `"\${{ steps.s${on}.outputs }}"`),
      ...of("ends").map((on) => `"\${{ steps.s${on}.status }}"`),
    ];
    const items = one.items?.map((_, item) => `i${item}`);
    return [
      `  - id: s${index}`,
      "    uses: make",
      `    with: { name: "s${index}${items ? "-${{ each.key }}" : ""}", reads: [${reads.join(", ")}] }`,
      `    needs: [${of("needs")
        .map((on) => `s${on}`)
        .join(", ")}]`,
      `    onError: ${one.continues ? "continue" : "fail"}`,
      ...(one.attempts > 1 ? [`    retry: { attempts: ${one.attempts}, delay: 1s }`] : []),
      ...(items ? [`    forEach: { in: [${items.join(", ")}], maxErrors: ${one.maxErrors}, concurrency: 2 }`] : []),
    ].join("\n");
  };
  const lines = steps.map(line);
  const last = lines.filter((_, index) => steps[index]!.isFinally);
  const main = lines.filter((_, index) => !steps[index]!.isFinally);
  return `version: 1\nname: x\nsteps:\n${main.join("\n")}\n${last.length > 0 ? `finally:\n${last.join("\n")}\n` : ""}`;
}

type Status = "done" | "failed" | "skipped";
/** What must become of each step, said once more in the simplest way. */
function model(steps: readonly Drawn[]): { readonly statuses: readonly Status[]; readonly outcome: "done" | "failed" } {
  const statuses: Status[] = [];
  for (const one of steps) {
    const runs = one.ties.every(({ on, how }) => {
      if (how === "ends") return true;
      if (statuses[on] === "done") return true;
      return how === "needs" && statuses[on] === "failed" && steps[on]!.continues;
    });
    const isBad = (fails: number): boolean => fails >= one.attempts;
    const failed = one.items ? one.items.filter(isBad).length > one.maxErrors : isBad(one.fails);
    statuses.push(!runs ? "skipped" : failed ? "failed" : "done");
  }
  const outcome = statuses.some((status, index) => status === "failed" && !steps[index]!.continues) ? "failed" : "done";
  return { statuses, outcome };
}

/** What is there, and what was done to it. */
class Place {
  readonly there = new Set<string>();
  readonly created: string[] = [];
  readonly #tries = new Map<string, number>();
  readonly #steps: readonly Drawn[];
  #random: number;
  constructor(steps: readonly Drawn[], seed: number) {
    this.#steps = steps;
    this.#random = seed;
  }

  performer(clock: VirtualClock): Performer {
    return async ({ name, input, key }) => {
      const id = String(input["id"]);
      await clock.sleep(this.#chance(50));
      if (name === "get")
        return this.there.has(id) ? { status: 200, body: { location: "here" } } : { status: 404, body: null };
      const tries = (this.#tries.get(id) ?? 0) + 1;
      this.#tries.set(id, tries);
      const [, step, item] = /^s(\d+)(?:\[i(\d)\])?/.exec(instanceOf(key))!;
      const drawnOne = this.#steps[Number(step)]!;
      const fails = item === undefined ? drawnOne.fails : drawnOne.items![Number(item)]!;
      // What fails for good fails whenever it is tried; what fails once does so in the first process that tries.
      if (fails === 9 || tries <= fails)
        throw new OperationError({ origin: "azure", code: "Bad", status: 400, message: "no" });
      if (!this.there.has(id)) this.created.push(id);
      this.there.add(id);
      return { status: 201, body: { location: "here" } };
    };
  }

  /** A number below the given one; the same again for the same seed. */
  #chance(below: number): number {
    this.#random = (this.#random * 1_103_515_245 + 12_345) % 2_147_483_648;
    return this.#random % below;
  }
}

interface Lived {
  readonly entries: readonly JournalEntry[];
  readonly events: readonly RunEvent[];
  readonly result?: RunResult;
}

/** Runs or resumes in a process that dies before it writes so many lines. */
async function live(
  runbook: Runbook,
  place: Place,
  recorded?: readonly JournalEntry[],
  dieAt = Infinity,
): Promise<Lived> {
  const clock = new VirtualClock();
  const header = headerOf();
  let die = (): void => {};
  let isDead = false;
  const dead = new Promise<undefined>((resolve) => {
    die = () => resolve(undefined);
  });
  const journal = new MemoryJournal(recorded ?? [header], (entries) => {
    if (entries >= dieAt) {
      isDead = true;
      die();
    }
    return !isDead;
  });
  const events: RunEvent[] = [];
  const perform = place.performer(clock);
  const never = new Promise<never>(() => {});
  const work = async (): Promise<RunResult> => {
    const now = { engine: "0", now: 0, runbook: header.runbook, target: header.target, inputs: header.inputs };
    const resume = recorded && prepareResume(journal, { ...now, steps: runbook.steps, accept: false });
    return executeRun({
      runbook: "x",
      target: "",
      steps: runbook.steps,
      registry,
      inputs: header.inputs,
      outputs: () => null,
      performer: () => async (operation, how) => {
        if (isDead) return never;
        const answer = await perform(operation, how);
        return isDead ? never : answer;
      },
      journal,
      clock,
      concurrency: 3,
      onEvent: (event) => events.push(event),
      ...(resume && { resume }),
    });
  };
  const running = work();
  running.catch(() => {});
  const result = await Promise.race([running, dead]);
  return { entries: journal.entries.slice(), events, ...(result && { result }) };
}

/** The status of each whole step, as it was told last. */
function told({ events }: Lived): ReadonlyMap<string, string> {
  return new Map(
    events.flatMap((event) => (event.type === "step-finished" ? [[event.step, event.status] as const] : [])),
  );
}

const plain: Drawn = { ties: [], isFinally: false, continues: false, attempts: 1, maxErrors: 0, fails: 0 };
/** Cases that once went wrong. */
const FOUND: readonly { steps: readonly Drawn[]; seed: number; deaths: number[] }[] = [
  {
    steps: [
      { ...plain, attempts: 2, fails: 9 },
      { ...plain, isFinally: true, items: [0, 0, 9] },
    ],
    seed: 0,
    deaths: [37],
  },
  { steps: [plain, { ...plain, maxErrors: 1, items: [9, 9, 0] }], seed: 0, deaths: [26] },
  // The second process dies while it writes down what it begins anew.
  {
    steps: [
      { ...plain, fails: 9 },
      { ...plain, isFinally: true, items: [0] },
    ],
    seed: 0,
    deaths: [13, 2],
  },
  // The first step is begun anew, so that an item that had begun before another failed comes later than its turn was.
  {
    steps: [{ ...plain, items: [9] }, { ...plain, items: [0] }, { ...plain, continues: true, items: [9, 0] }, plain],
    seed: 532_448,
    deaths: [3, 32],
  },
];

describe("any runbook", () => {
  it("ends as a simple model says, however its steps end, in any order, with and without crashes", async function () {
    this.timeout(60_000);
    const cases = fc.record({
      steps: fc.array(drawn, { minLength: 1, maxLength: 6 }).map(settled),
      seed: fc.nat(1_000_000),
      deaths: fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ steps: any, seed, deaths }) => {
        // What fails once may do so before a crash or after it: a model of that would be the engine itself.
        const steps = deaths.length === 0 ? any : any.map(lasting);
        const { runbook, diagnostics } = loadRunbook(textOf(steps), { file: "x.yaml", registry });
        if (runbook === undefined)
          throw new Error(`${textOf(steps)}\n${diagnostics.map(({ message }) => message).join("\n")}`);
        const wanted = model(steps);
        const place = new Place(steps, seed);
        let life = await live(runbook, place, undefined, deaths[0]);
        for (const more of [...deaths.slice(1), Infinity]) {
          if (life.result !== undefined) break;
          life = await live(runbook, place, life.entries, life.entries.length + more);
        }
        if (life.result === undefined) life = await live(runbook, place, life.entries);
        const statuses = told(life);
        expect(steps.map((_, index) => statuses.get(`s${index}`))).eql(wanted.statuses);
        expect(life.result!.status).equal(wanted.outcome);
        // Each effect once, and none of what must not have run.
        expect(new Set(place.created).size).equal(place.created.length);
        for (const [index, status] of wanted.statuses.entries()) {
          const { items, attempts } = steps[index]!;
          const mine = place.created.filter((id) => new RegExp(`^/s${index}(-|$)`).test(id));
          const good = items ? items.filter((fails) => fails < attempts).length : 1;
          if (status === "done") expect(mine.length).equal(good);
          if (status === "skipped") expect(mine).eql([]);
        }
        edgesHold(life, runbook);
      }),
      { numRuns: Number(process.env["PROPERTY_RUNS"] ?? 60), examples: FOUND.map((one) => [one]) },
    );
  });
});

function lasting(one: Drawn): Drawn {
  const last = (fails: number): number => (fails === 1 ? 0 : fails);
  return { ...one, fails: last(one.fails), ...(one.items && { items: one.items.map(last) }) };
}

/** No step starts before those that it waits for have ended. */
function edgesHold({ events }: Lived, runbook: Runbook): void {
  const ended = new Set<string>();
  for (const event of events) {
    if (event.type === "step-finished") ended.add(event.step);
    if (event.type !== "step-started") continue;
    const step = runbook.steps.find(({ id }) => id === event.step);
    for (const before of step?.dependencies ?? [])
      expect(ended.has(before), `${before} before ${event.step}`).equal(true);
  }
}
