/**
 * The state on disk: `state.json`, and in `changes.jsonl` what has been written since, one line for each request that wrote
 * something. A line is written before its request is answered, so what a client was told of is there after a `kill -9`, whole or
 * not at all. Losing power is another matter: nothing is synced.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { writePrivate } from "./private-file.ts";
import { lower } from "./resource-id.ts";
import type { Entry } from "./store.ts";

type Entries = Map<string, Entry | null>;

const files = (directory: string) => ({
  snapshot: join(directory, "state.json"),
  changes: join(directory, "changes.jsonl"),
});

/** By ids in lower case. Changes nothing, so that anyone may ask. Throws a `SyntaxError` for what nobody wrote like this. */
export function readState(directory: string): Entries {
  const { snapshot, changes } = files(directory);
  const entries: Entries = new Map();
  if (existsSync(snapshot))
    for (const entry of (JSON.parse(readFileSync(snapshot, "utf8")) as { entries: Entry[] }).entries)
      entries.set(lower(entry.id), entry);
  if (!existsSync(changes)) return entries;
  // Without a line end it was cut off, and nobody was told of it.
  for (const line of readFileSync(changes, "utf8").split("\n").slice(0, -1))
    for (const [id, entry] of JSON.parse(line) as [string, Entry | null][]) entries.set(id, entry);
  return entries;
}

/** More of them than this, and more than there is state, are folded into it. */
const mostChanges = 1024 * 1024;

export class StateFile {
  readonly #snapshot: string;
  readonly #changes: string;
  #changed = 0;
  #kept = 0;

  constructor(directory: string) {
    mkdirSync(directory, { recursive: true });
    ({ snapshot: this.#snapshot, changes: this.#changes } = files(directory));
    // Of a process that was killed; its last line may be cut off, and the next one must not be appended to it.
    if (existsSync(this.#changes)) this.rewrite(readState(directory).values());
  }
  /** Whether it is time to `rewrite`. */
  get isLong(): boolean {
    return this.#changed > Math.max(mostChanges, this.#kept);
  }
  append(writes: ReadonlyMap<string, Entry | null>): void {
    const line = `${JSON.stringify([...writes])}\n`;
    this.#changed += line.length;
    appendFileSync(this.#changes, line, { mode: 0o600 });
  }
  rewrite(entries: Iterable<Entry | null>): void {
    const text = JSON.stringify({ version: 1, entries: [...entries].filter((e) => e !== null) }, null, 1);
    writePrivate(this.#snapshot, text);
    // Killed between the two, the changes are read once more and come to the same.
    rmSync(this.#changes, { force: true });
    this.#kept = text.length;
    this.#changed = 0;
  }
  /** Leaves one file. */
  close(entries: Iterable<Entry | null>): void {
    if (this.#changed > 0 || !existsSync(this.#snapshot)) this.rewrite(entries);
  }
}
