// A journal that lives as long as its process: for runs that are only tried.

import { parseJson } from "../value/json.ts";
import type { Journal, JournalEntry } from "./journal.ts";
import { applyEntry, emptyState, type JournalState } from "./journal/state.ts";

export class MemoryJournal implements Journal {
  readonly entries: JournalEntry[] = [];
  readonly state: JournalState = emptyState();
  #takes: (entries: number) => boolean;

  /** `takes` is asked before each new entry, with how many were before it: a process that is dead writes no more. */
  constructor(entries: readonly JournalEntry[], takes: (entries: number) => boolean = () => true) {
    this.#takes = () => true;
    for (const entry of entries) this.append(entry);
    this.#takes = takes;
  }

  append(entry: JournalEntry): void {
    if (!this.#takes(this.entries.length)) return;
    // As it would come back from a file.
    const copy = parseJson(JSON.stringify(entry)) as unknown as JournalEntry;
    applyEntry(this.state, copy);
    this.entries.push(copy);
  }

  async durable(): Promise<void> {}
}
