// A run that somebody walks through: before each step it shows what comes, and waits for a word.

import { createInterface, type Interface } from "node:readline";
import type { RunEvent } from "../run/events.ts";
import type { Vault } from "../run/vault.ts";
import type { Runbook } from "../runbook/model.ts";
import { withoutControls } from "../source/display-text.ts";
import { suggest } from "../source/suggestion.ts";
import type { Json } from "../value/json.ts";
import { Secret } from "../value/secret.ts";
import type { Io } from "./io.ts";
import { Terminal } from "./terminal.ts";

const HELP: readonly (readonly [word: string, does: string])[] = [
  ["next", "do this step (so does an empty line)"],
  ["to <step>", "go on until that step"],
  ["go", "go on to the end"],
  ["show", "what this step is given; `show inputs`, `show <step>`: what they are"],
  ["back", "look at the step before; again: at the one before that"],
  ["quit", "stop here; `runbook resume` goes on later"],
];

type EndedStep = Extract<RunEvent, { type: "step-finished" }>;

/** Reads words from standard input, and tells on standard error. The end of the input is `quit`. */
export class Walk {
  readonly #runbook: Runbook;
  readonly #inputs: Readonly<Record<string, Json>>;
  readonly #vault: Vault;
  readonly #err: Terminal;
  readonly #lines: Interface;
  readonly #typed: string[] = [];
  readonly #ended: EndedStep[] = [];
  #isOver = false;
  #more: () => void = () => {};
  /** Where it stops next: at the next step, at one that was named, or nowhere. */
  #until: "next" | "end" | { readonly step: string } = "next";
  /** How far back somebody has looked. */
  #looked = 0;

  constructor(runbook: Runbook, inputs: Readonly<Record<string, Json>>, vault: Vault, io: Io) {
    this.#runbook = runbook;
    this.#inputs = inputs;
    this.#vault = vault;
    this.#err = new Terminal(io.stderr, io.env);
    this.#lines = createInterface({ input: io.stdin, terminal: false });
    this.#lines.on("line", (line) => {
      this.#typed.push(line.trim());
      this.#more();
    });
    this.#lines.on("close", () => {
      this.#isOver = true;
      this.#more();
    });
  }

  event(event: RunEvent): void {
    if (event.type === "step-finished" && event.replayed !== true) this.#ended.push(event);
  }

  /** Whether the step may begin. */
  async before(step: string, signal: AbortSignal | undefined): Promise<boolean> {
    const id = step.replace(/\[.*$/, "");
    if (this.#until === "end") return true;
    if (this.#until !== "next" && this.#until.step !== id) return true;
    this.#until = "next";
    this.#looked = 0;
    const found = this.#runbook.steps.find((one) => one.id === id);
    const about = found?.description === undefined ? "" : `: ${found.description}`;
    this.#tell(`next: ${step} (${found?.uses ?? "a step"})${about}`);
    for (;;) {
      this.#err.write(`${this.#err.paint("bold", "walk")} [next, to, go, show, back, quit] `);
      const word = await this.#word(signal);
      if (word === undefined) {
        this.#err.line();
        return false;
      }
      const goesOn = this.#obey(word, id);
      if (goesOn !== undefined) return goesOn;
    }
  }

  close(): void {
    this.#lines.close();
  }

  /** Undefined: another word is waited for. */
  #obey(line: string, step: string): boolean | undefined {
    const [word = "", name = ""] = line.split(/\s+/);
    switch (word) {
      case "":
      case "n":
      case "next":
        return true;
      case "g":
      case "go":
        this.#until = "end";
        return true;
      case "q":
      case "quit":
        return false;
      case "t":
      case "to":
        return this.#goTo(name, step);
      case "s":
      case "show":
        this.#show(name, step);
        return undefined;
      case "b":
      case "back":
        this.#back();
        return undefined;
      default:
        if (word !== "h" && word !== "help") this.#tell(`"${word}" is no word here`);
        for (const [shown, does] of HELP) this.#tell(`  ${shown.padEnd(10)} ${does}`);
        return undefined;
    }
  }

  #goTo(name: string, step: string): boolean | undefined {
    const ended = new Set(this.#ended.map((event) => event.step));
    const ahead = this.#runbook.steps.map(({ id }) => id).filter((id) => id !== step && !ended.has(id));
    if (ahead.includes(name)) {
      this.#until = { step: name };
      return true;
    }
    this.#tell(
      `there is no step "${name}" ahead${ahead.length === 0 ? "" : `; ${suggest(name, ahead) ?? ahead.join(", ")}`}`,
    );
    return undefined;
  }

  #back(): void {
    const event = this.#ended.at(-1 - this.#looked);
    if (event === undefined) return this.#tell(this.#ended.length === 0 ? "nothing is done yet" : "that was the first");
    this.#looked++;
    this.#tellStep(event);
  }

  #show(name: string, step: string): void {
    if (name === "inputs") return this.#tellValue("inputs", this.#inputs);
    if (name !== "" && name !== step) {
      const event = this.#ended.findLast((one) => one.step === name);
      return event === undefined ? this.#tell(`"${name}" is not done`) : this.#tellStep(event);
    }
    const outputs = this.#ended.map((one) => [one.step, { outputs: one.outputs ?? null }] as const);
    try {
      const scope = { inputs: this.#inputs, steps: Object.fromEntries(outputs) };
      const given = this.#runbook.steps.find(({ id }) => id === step)!.inputs(scope as never);
      this.#tellValue(`${step} is given`, given);
    } catch {
      this.#tell(`what ${step} is given is told item by item, when it runs`);
    }
  }

  #tellStep({ step, status, change, failure, outputs }: EndedStep): void {
    const end = status === "done" ? change : `${status}${failure === undefined ? "" : `: ${failure.message}`}`;
    this.#tellValue(`${step} (${end})`, outputs ?? {});
  }

  #tellValue(what: string, value: Json): void {
    const text = JSON.stringify(
      value,
      (_key, member: unknown) => (Secret.revive(member) instanceof Secret ? "(secret)" : member),
      2,
    );
    this.#tell(`${what}: ${text}`);
  }

  #tell(text: string): void {
    for (const line of this.#vault.redact(text).split("\n")) this.#err.line(withoutControls(line));
  }

  async #word(signal: AbortSignal | undefined): Promise<string | undefined> {
    for (;;) {
      if (signal?.aborted === true) return undefined;
      if (this.#typed.length > 0 || this.#isOver) return this.#typed.shift();
      await new Promise<void>((resolve) => {
        this.#more = resolve;
        signal?.addEventListener("abort", () => resolve(), { once: true });
      });
    }
  }
}
