// What the lines of a journal add up to. One function takes a line, live and when a journal is read: a line that cannot
// follow the ones before it is refused in both.

import type { Json } from "../../value/json.ts";
import type { Completion, Unkeyed } from "../driver.ts";
import type { RunEvent } from "../events.ts";
import { covers, withoutTurn } from "../operation-key.ts";
import { JOURNAL_FORMAT, type JournalEntry, type JournalHeader, type RunbookRecord } from "../journal.ts";

export interface RecordedIntent {
  readonly operation: Unkeyed;
  readonly digest: string;
  /** Which process wrote it: 0 for the one that began the run. */
  readonly session: number;
  /** Its step was begun anew since. */
  readonly isHistory?: true;
}

export type RecordedCompletion = Completion & { readonly digest: string; readonly operation?: Unkeyed };

/** Changes line by line. Maps keep the order of the lines. */
export interface JournalState {
  /** Absent until the first line. */
  header: JournalHeader | undefined;
  /** Of the header, or of the last time that a change was accepted. */
  runbook: RunbookRecord | undefined;
  inputs: Readonly<Record<string, Json>>;
  /** How often the run has been taken up again. */
  sessions: number;
  /** All intents, also those of discarded steps: what they sent happened. */
  readonly intents: Map<string, RecordedIntent>;
  /**
   * Digests of operations that must not happen twice and may have happened: no answer is recorded that says. By key in the
   * first turn of the step; a step that is begun anew does not make an end of the doubt.
   */
  readonly inDoubt: Map<string, string>;
  readonly timers: Map<string, { readonly dueAt: number; readonly digest: string }>;
  readonly signals: Map<string, { readonly message: string; readonly askedAt: number; readonly digest: string }>;
  /** By key; those of discarded steps are gone. */
  readonly completions: Map<string, RecordedCompletion>;
  /** Bodies of all completed operations that made or changed something, discarded or not, by key. */
  readonly results: Map<string, Json>;
  events: RunEvent[];
  /** Present once the run has ended, until it is resumed. */
  finished: "done" | "failed" | "interrupted" | undefined;
}

export function emptyState(): JournalState {
  return {
    header: undefined,
    runbook: undefined,
    inputs: {},
    sessions: 0,
    intents: new Map(),
    inDoubt: new Map(),
    timers: new Map(),
    signals: new Map(),
    completions: new Map(),
    results: new Map(),
    events: [],
    finished: undefined,
  };
}

/** Takes one line. Throws, and changes nothing, when it cannot follow what there is. */
export function applyEntry(state: JournalState, entry: JournalEntry): void {
  if (entry.kind === "header") return begin(state, entry);
  if (state.header === undefined) throw illegal(`a journal begins with a header, not with "${entry.kind}"`);
  if (state.finished !== undefined && entry.kind !== "resumed") {
    throw illegal(`"${entry.kind}" after the end of the run`);
  }
  switch (entry.kind) {
    case "resumed":
      state.sessions++;
      state.finished = undefined;
      if (entry.runbook) state.runbook = entry.runbook;
      if (entry.inputs) state.inputs = entry.inputs;
      return;
    case "discarded":
      return discard(state, entry.step);
    case "intent": {
      const { key, operation, digest } = entry;
      const before = state.intents.get(key);
      refuseCompleted(state, key, "an intent");
      if (before?.session === state.sessions) throw illegal(`a second intent of ${key} by the same process`);
      state.intents.set(key, { operation, digest, session: state.sessions });
      if ("once" in operation) state.inDoubt.set(withoutTurn(key), digest);
      return;
    }
    case "timer":
      refuseCompleted(state, entry.key, "a timer");
      if (state.timers.has(entry.key)) throw illegal(`a second timer ${entry.key}`);
      state.timers.set(entry.key, { dueAt: entry.dueAt, digest: entry.digest });
      return;
    case "signal": {
      const { key, message, askedAt, digest } = entry;
      refuseCompleted(state, key, "a question");
      if (state.signals.has(key)) throw illegal(`a second question ${key}`);
      state.signals.set(key, { message, askedAt, digest });
      return;
    }
    case "completion": {
      const { kind: _, ...completion } = entry;
      const { key, digest } = completion;
      refuseCompleted(state, key, "a completion");
      const begun = state.intents.get(key) ?? state.timers.get(key) ?? state.signals.get(key);
      if (begun && begun.digest !== digest)
        throw illegal(`the completion of ${key} is not of the operation that was begun`);
      state.completions.set(key, completion);
      if (completion.ok || completion.failure.inDoubt !== true) state.inDoubt.delete(withoutTurn(key));
      if (completion.ok && state.intents.has(key)) state.results.set(key, completion.value);
      return;
    }
    case "event":
      state.events.push(entry.event);
      if (entry.event.type === "run-finished") state.finished = entry.event.status;
  }
}

function begin(state: JournalState, header: JournalHeader): void {
  if (state.header !== undefined) throw illegal("a second header");
  if (header.format !== JOURNAL_FORMAT) {
    throw illegal(
      `the journal has format ${String(header.format)}, this engine reads ${JOURNAL_FORMAT}: use the engine that began the run (${header.engine})`,
    );
  }
  state.header = header;
  state.runbook = header.runbook;
  state.inputs = header.inputs;
}

function discard(state: JournalState, step: string): void {
  for (const [key, intent] of state.intents) {
    if (covers(step, key)) state.intents.set(key, { ...intent, isHistory: true });
  }
  for (const key of state.completions.keys()) if (covers(step, key)) state.completions.delete(key);
  for (const key of state.timers.keys()) if (covers(step, key)) state.timers.delete(key);
  for (const key of state.signals.keys()) if (covers(step, key)) state.signals.delete(key);
  state.events = state.events.filter((event) => !("step" in event && covers(step, event.step)));
}

function refuseCompleted(state: JournalState, key: string, what: string): void {
  if (state.completions.has(key)) throw illegal(`${what} of ${key}, which is completed already`);
}

const illegal = (message: string): Error => new Error(message);
