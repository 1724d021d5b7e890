// The append-only file of a run: one JSON object a line. Intents and completions, never a secret's value.

import { type FileHandle, mkdir, open } from "node:fs/promises";
import { join } from "node:path";
import type { Completion } from "./driver.ts";
import type { RunEvent } from "./events.ts";

export type JournalEntry =
  | { readonly kind: "intent"; readonly key: string; readonly digest: string }
  | ({ readonly kind: "completion"; readonly digest: string } & Completion)
  | { readonly kind: "event"; readonly event: RunEvent };

export interface Journal {
  /** Keeps order and returns at once. */
  append(entry: JournalEntry): void;
  /** Resolves when everything appended so far is on the disk. */
  durable(): Promise<void>;
}

/** A journal in a file, with group commit: whoever waits shares the next flush. */
export class FileJournal implements Journal {
  readonly #file: FileHandle;
  #lines: string[] = [];
  #flushing: Promise<void> | undefined;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Creates `<directory>/journal.jsonl`, readable by its owner alone. */
  static async create(directory: string): Promise<FileJournal> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    return new FileJournal(await open(join(directory, "journal.jsonl"), "ax", 0o600));
  }

  append(entry: JournalEntry): void {
    this.#lines.push(`${JSON.stringify(entry)}\n`);
  }

  async durable(): Promise<void> {
    while (this.#lines.length > 0 || this.#flushing) {
      this.#flushing ??= this.#flush();
      await this.#flushing;
    }
  }

  async #flush(): Promise<void> {
    try {
      await Promise.resolve(); // whoever becomes ready in this turn shares the flush
      const text = this.#lines.join("");
      this.#lines = [];
      await this.#file.write(text);
      await this.#file.datasync();
    } finally {
      this.#flushing = undefined;
    }
  }

  async close(): Promise<void> {
    await this.durable();
    await this.#file.close();
  }
}
