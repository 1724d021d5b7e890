// A journal that lives as long as its test.

import type { Journal, JournalEntry } from "../../engine/run/journal.ts";
import { applyEntry, emptyState, type JournalState } from "../../engine/run/journal/state.ts";
import { parseJson } from "../../engine/value/json.ts";
import { headerOf } from "./journal-header.ts";

export class MemoryJournal implements Journal {
  readonly entries: JournalEntry[] = [];
  readonly state: JournalState = emptyState();
  #onAppend: (entry: JournalEntry, entries: number) => void;

  /** `onAppend` is called before each entry is taken, with how many were before it; what it throws is thrown at the writer. */
  constructor(
    entries: readonly JournalEntry[] = [headerOf()],
    onAppend: (entry: JournalEntry, entries: number) => void = () => {},
  ) {
    this.#onAppend = () => {};
    for (const entry of entries) this.append(entry);
    this.#onAppend = onAppend;
  }

  append(entry: JournalEntry): void {
    this.#onAppend(entry, this.entries.length);
    const copy = parseJson(JSON.stringify(entry)) as unknown as JournalEntry;
    applyEntry(this.state, copy);
    this.entries.push(copy);
  }

  async durable(): Promise<void> {}
}
