// An output stream with what is known of who looks at it: width, colours, symbols.

import { styleText } from "node:util";
import type { Io, OutputStream } from "./io.ts";

type Format = Parameters<typeof styleText>[0];

/** Plain where the terminal's font may lack the others. */
const UNICODE = { done: "✓", failed: "✗", skipped: "–", arrow: "←", dot: "·", frames: [..."⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"] };
const ASCII: typeof UNICODE = { done: "+", failed: "x", skipped: "-", arrow: "<-", dot: "|", frames: [..."|/-\\"] };

export class Terminal {
  readonly #stream: OutputStream;
  readonly #env: Io["env"];
  readonly isTerminal: boolean;
  readonly hasColors: boolean;
  readonly symbols: typeof UNICODE;

  constructor(stream: OutputStream, env: Io["env"]) {
    this.#stream = stream;
    this.#env = env;
    this.isTerminal = stream.isTTY === true;
    this.hasColors = wantsColors(this.isTerminal, env);
    this.symbols = env["TERM"] === "linux" ? ASCII : UNICODE;
  }

  /** Whether lines can be rewritten. */
  get isLive(): boolean {
    return this.isTerminal && this.#env["TERM"] !== "dumb";
  }

  get columns(): number {
    return this.#stream.columns || 80;
  }

  get rows(): number {
    return this.#stream.rows || 24;
  }

  write(text: string): void {
    this.#stream.write(text);
  }

  line(text = ""): void {
    this.#stream.write(`${text}\n`);
  }

  paint(format: Format, text: string): string {
    // The decision is ours, made on the given environment: `styleText` would look at the process.
    return this.hasColors ? styleText(format, text, { validateStream: false }) : text;
  }
}

/** NO_COLOR (https://no-color.org) wins over FORCE_COLOR, which wins over what the stream is. */
function wantsColors(isTerminal: boolean, env: Io["env"]): boolean {
  if ((env["NO_COLOR"] ?? "") !== "") return false;
  const forced = env["FORCE_COLOR"];
  if (forced !== undefined) return forced !== "0" && forced !== "false";
  return isTerminal && env["TERM"] !== "dumb";
}
