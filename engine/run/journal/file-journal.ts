// The journal of a run as a file: appended to, never rewritten, with one flush for all who wait for the disk at once.

import { constants } from "node:fs";
import { type FileHandle, mkdir, open, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { type Journal, type JournalEntry, JournalFailure, type JournalHeader } from "../journal.ts";
import { diskReason } from "./disk-reason.ts";
import { decodeLines, encodeLine } from "./lines.ts";
import { applyEntry, emptyState, type JournalState } from "./state.ts";

/** The part of a file that a journal needs; a test may stand a full disk in its place. */
export type JournalFile = Pick<FileHandle, "write" | "datasync" | "truncate" | "close">;
export type OpenFile = (path: string, flags: number, mode: number) => Promise<JournalFile>;

export class FileJournal implements Journal {
  readonly path: string;
  /** What the lines say, those not yet on the disk included. */
  readonly state: JournalState;
  readonly #file: JournalFile;
  #sum: number;
  #lines: string[] = [];
  #writing: Promise<void> | undefined;
  #soon: NodeJS.Immediate | undefined;
  /** How many waited-for flushes are asked for and how many have ended. */
  #syncWanted = false;
  #failure: JournalFailure | undefined;

  private constructor(path: string, file: JournalFile, state: JournalState, sum: number) {
    this.path = path;
    this.#file = file;
    this.state = state;
    this.#sum = sum;
  }

  /**
   * Creates the file and its directory, readable by their owner alone, and writes the header: a disk that is full or read
   * only is noticed here, before anything is sent.
   */
  static async create(path: string, header: JournalHeader, openFile: OpenFile = open): Promise<FileJournal> {
    let file: JournalFile | undefined;
    try {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      file = await openFile(
        path,
        constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_APPEND,
        0o600,
      );
      const journal = new FileJournal(path, file, emptyState(), 0);
      journal.append(header);
      await journal.durable();
      // The name of a new file lives in its directory: without this it may be lost with the power.
      await syncDirectory(dirname(path));
      return journal;
    } catch (thrown) {
      await file?.close().catch(() => {});
      throw unwritable(path, thrown);
    }
  }

  /** Opens an existing journal to go on with it; a line that was cut short at its end is cut off. */
  static async open(path: string, openFile: OpenFile = open): Promise<FileJournal> {
    const read = await readJournal(path);
    try {
      const file = await openFile(path, constants.O_WRONLY | constants.O_APPEND, 0o600);
      await file.truncate(read.length);
      return new FileJournal(path, file, read.state, read.sum);
    } catch (thrown) {
      throw unwritable(path, thrown);
    }
  }

  append(entry: JournalEntry): void {
    // After a failure nothing more is written: a line that follows a lost one could not be read.
    if (this.#failure) return;
    applyEntry(this.state, entry);
    const { text, sum } = encodeLine(entry, this.#sum);
    this.#sum = sum;
    this.#lines.push(text);
    // Written soon, though nobody waits for the disk: a killed process then loses little.
    this.#soon ??= setImmediate(() => void this.#write());
  }

  async durable(): Promise<void> {
    while (this.#failure === undefined && (this.#lines.length > 0 || this.#writing || this.#unsynced)) {
      this.#syncWanted = true;
      await this.#write();
    }
    if (this.#failure) throw this.#failure;
  }

  #unsynced = false;

  /** One write at a time; whoever asks meanwhile shares the next. */
  #write(): Promise<void> {
    this.#writing ??= this.#flush().finally(() => {
      this.#writing = undefined;
    });
    return this.#writing;
  }

  async #flush(): Promise<void> {
    await Promise.resolve(); // whoever becomes ready in this turn shares the flush
    if (this.#soon) clearImmediate(this.#soon);
    this.#soon = undefined;
    const text = this.#lines.join("");
    const sync = this.#syncWanted;
    this.#lines = [];
    this.#syncWanted = false;
    if (this.#failure) return;
    try {
      if (text !== "") {
        this.#unsynced = true;
        await writeWhole(this.#file, Buffer.from(text));
      }
      if (sync) {
        await this.#file.datasync();
        this.#unsynced = false;
      }
    } catch (thrown) {
      this.#failure = unwritable(this.path, thrown);
    }
  }

  async close(): Promise<void> {
    try {
      await this.durable();
    } finally {
      await this.#file.close();
    }
  }
}

export interface ReadJournal {
  readonly state: JournalState;
  readonly sum: number;
  /** Bytes of whole lines. */
  readonly length: number;
}

/** Reads a journal without changing it. Throws a `JournalFailure` when it is absent, damaged or of another format. */
export async function readJournal(path: string): Promise<ReadJournal> {
  let content: Buffer;
  try {
    content = await readFile(path);
  } catch (thrown) {
    throw new JournalFailure(`cannot read the journal ${path}: ${diskReason(thrown)}`);
  }
  const { entries, sum, length } = decodeLines(content, path);
  const state = emptyState();
  for (const [index, entry] of entries.entries()) {
    try {
      applyEntry(state, entry);
    } catch (thrown) {
      throw new JournalFailure(`line ${index + 1} of ${path}: ${(thrown as Error).message}`);
    }
  }
  if (state.header === undefined) {
    throw new JournalFailure(
      `${path} ends before its first line was whole: the run had not begun, and nothing was sent`,
    );
  }
  return { state, sum, length };
}

async function writeWhole(file: JournalFile, bytes: Buffer): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    written += (await file.write(bytes, written, bytes.length - written)).bytesWritten;
  }
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, constants.O_RDONLY);
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

function unwritable(path: string, thrown: unknown): JournalFailure {
  if (thrown instanceof JournalFailure) return thrown;
  return new JournalFailure(
    `cannot write the journal ${path}: ${diskReason(thrown)}; nothing is sent that could not be recorded`,
  );
}
