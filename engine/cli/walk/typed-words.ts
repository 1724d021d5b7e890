// Lines that somebody types, one asked for after the other. At a terminal what was typed before a question is no answer to it: an
// Enter too many must not begin a step. What is piped waits its turn.

import { createInterface, type Interface } from "node:readline";
import type { InputStream } from "../io.ts";

export class TypedWords {
  readonly #lines: Interface;
  readonly #isTerminal: boolean;
  readonly #typed: string[] = [];
  #isOver = false;
  #more: () => void = () => {};

  constructor(input: InputStream) {
    this.#isTerminal = input.isTTY === true;
    this.#lines = createInterface({ input, terminal: false });
    this.#lines.on("line", (line) => {
      this.#typed.push(line.trim());
      this.#more();
    });
    this.#lines.on("close", () => {
      this.#isOver = true;
      this.#more();
    });
  }

  /** `undefined`: there will be no more, or nobody waits for it any longer. */
  async next(signal: AbortSignal): Promise<string | undefined> {
    if (this.#isTerminal) this.#typed.length = 0;
    for (;;) {
      if (signal.aborted) return undefined;
      if (this.#typed.length > 0 || this.#isOver) return this.#typed.shift();
      await new Promise<void>((resolve) => {
        this.#more = resolve;
        signal.addEventListener("abort", () => resolve(), { once: true });
      });
    }
  }

  close(): void {
    this.#lines.close();
  }
}
