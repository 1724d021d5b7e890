// The runs of a project on disk: `<directory>/<run>/journal.jsonl` and what stands beside it.

import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { JournalFailure } from "../journal.ts";
import { readJournal } from "./file-journal.ts";
import { type LockOwner, lockOwner } from "./lock.ts";
import type { JournalState } from "./state.ts";

export interface RunPlace {
  readonly run: string;
  readonly directory: string;
  readonly journal: string;
}

export interface StoredRun extends RunPlace {
  /** Absent when the journal cannot be read; `problem` says why. */
  readonly state?: JournalState;
  readonly problem?: string;
  /** What the run made has been taken away again. */
  readonly isDestroyed?: true;
  /** The process that works on it now. */
  readonly owner?: LockOwner;
}

export class RunStore {
  readonly directory: string;
  constructor(directory: string) {
    this.directory = directory;
  }

  place(run: string): RunPlace {
    const directory = join(this.directory, run);
    return { run, directory, journal: join(directory, "journal.jsonl") };
  }

  /** Newest first. */
  async list(): Promise<readonly StoredRun[]> {
    const names = await this.#names();
    return Promise.all(names.map((name) => this.#read(name)));
  }

  /** The run with this id or a beginning of it that only one has; the newest without one. Throws a `JournalFailure`. */
  async find(given?: string): Promise<RunPlace> {
    const names = await this.#names();
    const [newest] = names;
    if (newest === undefined) throw new JournalFailure(`there are no runs in ${this.directory}`);
    if (given === undefined) return this.place(newest);
    const fitting = names.includes(given) ? [given] : names.filter((name) => name.startsWith(given));
    const [only, ...others] = fitting;
    if (only === undefined)
      throw new JournalFailure(`there is no run "${given}" in ${this.directory}; the newest is ${newest}`);
    if (others.length > 0) throw new JournalFailure(`"${given}" begins ${fitting.length} runs: ${fitting.join(", ")}`);
    return this.place(only);
  }

  /** The id of the newest run. */
  async newest(): Promise<string | undefined> {
    return (await this.#names())[0];
  }

  async #names(): Promise<readonly string[]> {
    try {
      const entries = await readdir(this.directory, { withFileTypes: true });
      return entries
        .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
        .map(({ name }) => name)
        .toSorted()
        .toReversed();
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return [];
      throw new JournalFailure(`cannot read ${this.directory}: ${(thrown as Error).message}`);
    }
  }

  /** Where the next attempt to take away what a run made is recorded. */
  async nextDestroy({ directory }: RunPlace): Promise<string> {
    return join(directory, `destroy-${(await this.#destroys(directory)) + 1}.jsonl`);
  }

  async hasBegunDestroy({ directory }: RunPlace): Promise<boolean> {
    return (await this.#destroys(directory)) > 0;
  }

  async #destroys(directory: string): Promise<number> {
    return (await readdir(directory)).filter((name) => DESTROY.test(name)).length;
  }

  async #lastDestroy({ directory }: RunPlace): Promise<JournalState | undefined> {
    const count = await this.#destroys(directory);
    if (count === 0) return undefined;
    return (await readJournal(join(directory, `destroy-${count}.jsonl`)).catch(() => undefined))?.state;
  }

  async #read(run: string): Promise<StoredRun> {
    const place = this.place(run);
    const owner = await lockOwner(place.directory);
    try {
      const { state } = await readJournal(place.journal);
      const isDestroyed = (await this.#lastDestroy(place))?.finished === "done";
      return { ...place, state, ...(isDestroyed && { isDestroyed }), ...(owner && { owner }) };
    } catch (thrown) {
      if (!(thrown instanceof JournalFailure)) throw thrown;
      return { ...place, problem: thrown.message, ...(owner && { owner }) };
    }
  }
}

const DESTROY = /^destroy-\d+\.jsonl$/;
