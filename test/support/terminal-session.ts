// A command in a pseudo-terminal, with somebody who reads before typing. Needs `script` of util-linux.

import { spawn, spawnSync } from "node:child_process";
import { stripVTControlCharacters } from "node:util";

export const hasPseudoTerminals = (): boolean => spawnSync("script", ["--version"]).error === undefined;

export class TerminalSession {
  /** All that was shown so far, without control sequences. */
  shown = "";
  readonly ended: Promise<number>;
  readonly #write: (text: string) => void;
  #read = 0;
  #more: () => void = () => {};

  /** `columns`: the width of the terminal. */
  constructor(argv: readonly string[], cwd: string, { columns = 80 }: { readonly columns?: number } = {}) {
    const command = `stty cols ${columns} rows 24; exec ${argv.map((word) => `'${word}'`).join(" ")}`;
    const child = spawn("script", ["-qec", command, "/dev/null"], {
      cwd,
      env: { PATH: process.env["PATH"], HOME: cwd, TERM: "xterm", NO_COLOR: "1", SHELL: "/bin/sh" },
    });
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      this.shown += stripVTControlCharacters(text).replaceAll("\r", "");
      this.#more();
    });
    this.#write = (text) => void child.stdin.write(text);
    this.ended = new Promise((resolve) => {
      child.once("close", (code) => {
        this.#more();
        resolve(code ?? -1);
      });
    });
  }

  /** Waits until a text has been shown that was not there at the last wait. */
  async until(text: string): Promise<void> {
    let isOver = false;
    void this.ended.then(() => (isOver = true));
    for (;;) {
      const at = this.shown.indexOf(text, this.#read);
      if (at !== -1) {
        this.#read = at + text.length;
        return;
      }
      if (isOver) throw new Error(`"${text}" was not shown:\n${this.shown}`);
      await new Promise<void>((resolve) => (this.#more = resolve));
    }
  }

  type(keys: string): void {
    this.#write(keys);
  }
}
