// The cells of a drill and what becomes of each: one fault, or one death, and then a resume.

import { possibleFaults } from "../../emulator/faults/enumerate.ts";
import { type Fault, faultText } from "../../emulator/faults/kinds.ts";
import type { RunResult } from "../../run/execute.ts";
import type { Failure } from "../../run/failure.ts";
import type { JournalEntry } from "../../run/journal.ts";
import { canonicalJson, type Json } from "../../value/json.ts";
import { type Death, type DrillSubject, DrillWorld, type Life, withoutTimes } from "./drill-world.ts";

export type Cell =
  { readonly kind: "fault"; readonly fault: Fault } | { readonly kind: "crash"; readonly death: Death };

/**
 * `converged`: the run ended as an undisturbed one does. `resumed`: it failed with an error that says why, or was cut
 * off, and a resume ended so. `broken`: anything else.
 */
export interface Verdict {
  readonly cell: Cell;
  readonly outcome: "converged" | "resumed" | "broken";
  /** Of a run that failed first: Azure's code of each failure, or the status. */
  readonly errors: readonly string[];
  /** Why it is broken. */
  readonly problem?: string;
}

/** What an undisturbed run comes to. */
export interface Baseline {
  readonly state: string;
  readonly outputs: string;
  readonly created: ReadonlyMap<string, number>;
  readonly cells: readonly Cell[];
}

/** An operation that hangs for ever is waited for for ever, unless its step has a `timeout`; one that takes long ends. */
const LONG_MS = 90_000;

export async function baselineOf(subject: DrillSubject): Promise<Baseline | RunResult> {
  const world = new DrillWorld(subject);
  const life = await world.live();
  const result = life.result!;
  if (result.status !== "done") return result;
  const faults = possibleFaults(world.answered).map(({ fault }): Cell => {
    const long = fault.kind === "operation-hangs" ? { ...fault, delayMs: LONG_MS } : fault;
    return { kind: "fault", fault: long };
  });
  const lines = life.entries
    .slice(1)
    .map((_, index): Cell => ({ kind: "crash", death: { at: "line", count: index + 1 } }));
  const answers = Array.from({ length: life.changingRequests }, (_, index): Cell => {
    return { kind: "crash", death: { at: "answer", count: index + 1 } };
  });
  return {
    state: world.state,
    outputs: outputsOf(result),
    created: counted(world.created),
    cells: [...faults, ...lines, ...answers],
  };
}

export async function tryCell(subject: DrillSubject, cell: Cell, baseline: Baseline): Promise<Verdict> {
  const world = new DrillWorld(subject, cell.kind === "fault" ? [cell.fault] : []);
  const broken = (problem: string, errors: readonly string[] = []): Verdict => ({
    cell,
    outcome: "broken",
    errors,
    problem,
  });
  try {
    const first = await world.live(undefined, cell.kind === "crash" ? cell.death : undefined);
    const leak = leakIn(first, subject);
    if (leak !== undefined) return broken(leak);
    const failures = [...(first.result?.failures.values() ?? [])];
    const errors = failures.map(nameOf);
    if (first.result?.status === "done") {
      const problem = difference(world, first.result, baseline);
      return problem === undefined ? { cell, outcome: "converged", errors } : broken(problem, errors);
    }
    const unclear = failures.find(({ origin, message }) => origin === "internal" || message === "");
    if (unclear !== undefined) return broken(`it failed without a clear error: ${unclear.message}`, errors);
    world.faults.clear();
    const second = await world.resume(first.entries);
    const problem = leakIn(second, subject) ?? difference(world, second.result, baseline);
    return problem === undefined ? { cell, outcome: "resumed", errors } : broken(`after a resume, ${problem}`, errors);
  } catch (thrown) {
    return broken((thrown as Error).message);
  }
}

function difference(world: DrillWorld, result: RunResult | undefined, baseline: Baseline): string | undefined {
  if (result?.status !== "done") {
    const why = [...(result?.failures.values() ?? [])].map(({ message }) => message).join("; ");
    return `the run ${result?.status ?? "died"}${why === "" ? "" : `: ${why}`}`;
  }
  if (world.state !== baseline.state) return "something else is there than after an undisturbed run";
  if (outputsOf(result) !== baseline.outputs) return "the outputs are not those of an undisturbed run";
  for (const [path, count] of counted(world.created)) {
    if (count > (baseline.created.get(path) ?? 0)) return `it was created twice: ${path}`;
  }
  return undefined;
}

function leakIn({ entries }: Life, { runbook, inputs }: DrillSubject): string | undefined {
  const text = JSON.stringify(entries satisfies readonly JournalEntry[]);
  const shown = runbook.inputs.find(({ name, secret }) => secret && text.includes(String(inputs[name])));
  if (shown !== undefined) return `the journal holds the secret input "${shown.name}"`;
  return /eyJ[\w-]{20,}\.eyJ[\w-]{20,}\./.test(text) ? "the journal holds a token" : undefined;
}

function nameOf({ code, status, origin }: Failure): string {
  return code ?? (status === undefined ? origin : String(status));
}

function outputsOf({ outputs }: RunResult): string {
  return canonicalJson(withoutTimes(outputs satisfies Json));
}

function counted(paths: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const path of paths) counts.set(path, (counts.get(path) ?? 0) + 1);
  return counts;
}

/** In one line, as it is shown. */
export function cellText(cell: Cell): string {
  if (cell.kind === "fault") return faultText(cell.fault);
  const { at, count } = cell.death;
  return at === "line" ? `killed before line ${count + 1} of the journal` : `killed when change ${count} was answered`;
}
