// A folder of its own and the command line in this process, with everything it writes captured.

import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { PassThrough, Readable, Writable } from "node:stream";
import { expect } from "chai";
import { main } from "../../engine/cli/main.ts";
import type { Io } from "../../engine/cli/io.ts";
import type { Clock } from "../../engine/run/clock.ts";
import { VirtualClock } from "./virtual-clock.ts";

export interface CliOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Everything that stands on standard input. */
  readonly stdin?: string;
  /** Keys that a person types at a question; standard input is a terminal then. */
  readonly answer?: string;
  /** Standard output and error are a terminal of this width; absent: they are none. */
  readonly columns?: number;
  readonly clock?: Clock;
  /** Told of all that is written, as a terminal would show it: both outputs in the order in which they came. */
  readonly onWrite?: (text: string) => void;
  /** Given the function that stands for Ctrl-C, as soon as somebody listens. */
  readonly onListening?: (interrupt: () => void) => void;
}

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export class Rig implements AsyncDisposable {
  readonly directory: string;

  private constructor(directory: string) {
    this.directory = directory;
  }

  /** Removes its folder when it goes out of scope: `await using rig = await Rig.open()`. */
  static async open(files: Readonly<Record<string, string>> = {}): Promise<Rig> {
    const rig = new Rig(await realpath(await mkdtemp(join(tmpdir(), "runbook-"))));
    await Promise.all(Object.entries(files).map(([path, text]) => rig.write(path, text)));
    return rig;
  }

  async write(path: string, text: string): Promise<void> {
    await mkdir(dirname(join(this.directory, path)), { recursive: true });
    await writeFile(join(this.directory, path), text);
  }

  read(path: string): Promise<string> {
    return readFile(join(this.directory, path), "utf8");
  }

  /** Every file below the folder, by its path. */
  async files(): Promise<ReadonlyMap<string, string>> {
    const entries = await readdir(this.directory, { recursive: true, withFileTypes: true });
    const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    return new Map(await Promise.all(paths.map(async (path) => [path, await readFile(path, "utf8")] as const)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // What a test has left running may still be writing there.
    await rm(this.directory, { recursive: true, force: true, maxRetries: 5 });
  }

  async cli(argv: readonly string[], options: CliOptions = {}): Promise<Ended> {
    const { env = {}, stdin = "", answer, columns, clock = new VirtualClock(), onListening, onWrite } = options;
    const person = answer === undefined ? undefined : new Person(answer);
    const stdout = new Capture(columns, (text) => {
      person?.look();
      onWrite?.(text);
    });
    const stderr = new Capture(columns, onWrite);
    const io: Io = {
      stdin: person ?? Readable.from([stdin]),
      stdout,
      stderr,
      env,
      cwd: this.directory,
      clock,
      onInterrupt(listener) {
        onListening?.(listener);
        return () => {};
      },
    };
    const code = await main(argv, io);
    return { code, stdout: stdout.text, stderr: stderr.text };
  }
}

/** Types once something stands on the screen. */
class Person extends PassThrough {
  readonly isTTY = true;
  #keys: string | undefined;

  constructor(keys: string) {
    super();
    this.#keys = keys;
  }

  look(): void {
    const keys = this.#keys;
    this.#keys = undefined;
    if (keys !== undefined) setImmediate(() => this.write(keys));
  }

  setRawMode(): this {
    return this;
  }
}

class Capture extends Writable {
  text = "";
  readonly #onText: (text: string) => void;
  readonly isTTY: boolean;
  readonly columns: number;

  constructor(columns: number | undefined, onText: (text: string) => void = () => {}) {
    super({ decodeStrings: false });
    this.#onText = onText;
    this.isTTY = columns !== undefined;
    this.columns = columns ?? 0;
  }

  override _write(chunk: string, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk;
    this.#onText(chunk);
    done();
  }
}

/** Compares everything: what is not named must be empty, and the exit code 0. */
export function expectEnd(actual: Ended, { code = 0, stdout = "", stderr = "" }: Partial<Ended>): void {
  expect(actual).eql({ code, stdout, stderr });
}

/** A text in which durations and names of runs are alike from one time to the next. */
export function timeless(text: string): string {
  return text.replaceAll(/\d+\.\d s\b/g, "0.0 s").replaceAll(/\d{8}-\d{6}-[a-z]{3}/g, "<run>");
}
