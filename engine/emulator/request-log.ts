/** What was asked of the emulator, one line each: no bodies, no secrets, and never more than two files of five megabytes. */
import { closeSync, fstatSync, openSync, renameSync, writeSync } from "node:fs";
import { join } from "node:path";

const limit = 5 * 1024 * 1024;

export interface LogLine {
  readonly time: string;
  readonly door: string;
  readonly method: string;
  readonly path: string;
  readonly apiVersion: string | null;
  readonly caller: string | null;
  /** 0: the connection was broken off. */
  readonly status: number;
  readonly requestId: string;
  /** What struck the request. */
  readonly faults?: readonly string[];
}

export class RequestLog {
  readonly #file: string | undefined;
  #fd: number | undefined;
  #size = 0;
  constructor(directory?: string) {
    this.#file = directory === undefined ? undefined : join(directory, "requests.jsonl");
  }
  write(lines: readonly LogLine[]): void {
    if (this.#file === undefined || lines.length === 0) return;
    const fd = (this.#fd ??= this.#open(this.#file));
    this.#size += writeSync(fd, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    if (this.#size <= limit) return;
    this.close();
    renameSync(this.#file, this.#file.replace(/\.jsonl$/, ".1.jsonl"));
  }
  #open(file: string): number {
    const fd = openSync(file, "a", 0o600);
    this.#size = fstatSync(fd).size;
    return fd;
  }
  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }
}
