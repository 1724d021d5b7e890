// A run that somebody walks through: before each step it shows what comes, and waits for a word.

import { setImmediate } from "node:timers/promises";
import type { Plan } from "../../plan/model.ts";
import { planPageOf } from "../../report/plan-page.ts";
import { planLines } from "../../report/text-page.ts";
import type { RunEvent } from "../../run/events.ts";
import { stepOf } from "../../run/operation-key.ts";
import type { HeldStep } from "../../run/scheduler.ts";
import type { Vault } from "../../run/vault.ts";
import type { Runbook } from "../../runbook/model.ts";
import { withoutControls } from "../../source/display-text.ts";
import { suggest } from "../../source/suggestion.ts";
import type { Json } from "../../value/json.ts";
import { withoutSecrets } from "../../value/secret.ts";
import { wrap } from "../../report/step-text.ts";
import { countText } from "../diagnostic-formats.ts";
import { painterOf } from "../plan-output.ts";
import type { Io } from "../io.ts";
import { Terminal } from "../terminal.ts";
import { TypedWords } from "./typed-words.ts";

type Help = readonly (readonly [word: string, does: string])[];

const LOOKING: Help = [
  ["show", "what this step is given; also `show <step>`, `show inputs`"],
  ["show plan", "the requests that are planned for this step"],
  ["back", "the step before; again: the one before that"],
  ["quit", "stop here; `runbook resume --step` goes on later"],
];
const BEFORE_STEP: Help = [
  ["next", "do this step (so does an empty line)"],
  ["to <step>", "go on until that step"],
  ["go", "go on to the end"],
  ...LOOKING,
];
const AT_APPROVAL: Help = [["approve", "say yes, and go on"], ["reject", "say no: the step fails"], ...LOOKING];

export interface WalkOptions {
  readonly runbook: Runbook;
  readonly inputs: Readonly<Record<string, Json>>;
  readonly vault: Vault;
  /** What the run goes by; absent when it has none. */
  readonly plan?: Plan | undefined;
  /** Gives the answer that a step waits for. */
  readonly answer: (step: string, approved: boolean) => Promise<void>;
}

/** Of a step that calls a runbook, what it calls comes first. */
function isPartOf(name: string, step: string): boolean {
  return name === step || stepOf(name) === step || name.startsWith(`${step}.`);
}

type EndedStep = Extract<RunEvent, { type: "step-finished" }>;

/** Reads words from standard input, and tells on standard error. The end of the input is `quit`. */
export class Walk {
  readonly #options: WalkOptions;
  readonly #err: Terminal;
  readonly #words: TypedWords;
  /** Whether what is typed does not show by itself. */
  readonly #echoes: boolean;
  readonly #ended: EndedStep[] = [];
  readonly #stop = new AbortController();
  /** Aborted when the approval that is asked for is given elsewhere. */
  #asking: AbortController | undefined;
  #doneBefore = 0;
  /** Where it stops next: at the next step, at one that was named, or nowhere. */
  #until: "next" | "end" | { readonly step: string } = "next";
  /** How far back somebody has looked. */
  #looked = 0;

  constructor(options: WalkOptions, io: Io) {
    this.#options = options;
    this.#err = new Terminal(io.stderr, io.env);
    this.#words = new TypedWords(io.stdin);
    this.#echoes = io.stdin.isTTY !== true;
  }

  /** Aborted when somebody stops while a step runs. */
  get stop(): AbortSignal {
    return this.#stop.signal;
  }

  event(event: RunEvent): void {
    if (event.type === "step-finished") {
      this.#ended.push(event);
      if (event.replayed === true) this.#doneBefore++;
    }
    if (event.type === "approval-asked") void this.#askApproval(event.step, event.message);
    if (event.type === "approval-given" || event.type === "run-finished") this.#asking?.abort();
  }

  /** Whether the step may begin. */
  async before({ name, inputs }: HeldStep, signal: AbortSignal): Promise<boolean> {
    const id = stepOf(name);
    if (this.#until === "end") return true;
    if (this.#until !== "next" && !isPartOf(name, this.#until.step)) return true;
    this.#until = "next";
    this.#introduce(name, id);
    const word = await this.#dialogue(name, inputs, BEFORE_STEP, signal, (said, rest) => {
      if (said === "next") return "next";
      if (said === "go") this.#until = "end";
      if (said === "go" || (said === "to" && this.#goTo(rest, id))) return "next";
      return undefined;
    });
    return word === "next";
  }

  close(): void {
    this.#asking?.abort();
    this.#words.close();
  }

  #introduce(name: string, id: string): void {
    const { runbook, plan } = this.#options;
    this.#tellBefore();
    const at = runbook.steps.findIndex((one) => one.id === id);
    const step = runbook.steps[at];
    const ended = new Set(this.#ended.map((event) => stepOf(event.step)));
    const count = `(${runbook.steps.filter((one) => ended.has(one.id) && one.id !== id).length + 1} of ${runbook.steps.length})`;
    this.#err.line();
    this.#err.line(
      `${this.#err.paint("bold", `next: ${name}`)}  ${step?.uses ?? "a step"}  ${this.#err.paint("dim", count)}`,
    );
    if (step?.description !== undefined) {
      for (const line of wrap(withoutControls(step.description), this.#err.columns - 5)) this.#tell(`    ${line}`);
    }
    if (plan !== undefined) this.#tellPlan(plan, name, false);
  }

  #tellBefore(): void {
    if (this.#doneBefore > 0) this.#tell(`${countText(this.#doneBefore, "step")} done before; \`back\` shows them`);
    this.#doneBefore = 0;
  }

  /** Asks for words until one of them ends it, which `obey` says; `undefined`: it is over. */
  async #dialogue(
    name: string,
    inputs: (() => Json) | undefined,
    help: Help,
    signal: AbortSignal,
    obey: (word: string, rest: string) => string | undefined,
  ): Promise<string | undefined> {
    this.#looked = 0;
    const known = [...new Set(help.map(([shown]) => shown.split(" ")[0]!))];
    for (;;) {
      this.#err.write(`${this.#err.paint("bold", "walk")} [${known.join(", ")}] `);
      const line = await this.#words.next(signal);
      if (line === undefined) {
        this.#err.line();
        return undefined;
      }
      if (this.#echoes) this.#err.line(withoutControls(line));
      const [typed = "", ...rest] = line.split(/\s+/);
      const word = typed === "" ? known[0]! : (known.find((one) => one === typed || one[0] === typed) ?? typed);
      // What a person agrees to is written out.
      if (typed === "" && help === AT_APPROVAL) continue;
      if (word === "quit") return undefined;
      if (word === "back") this.#back();
      else if (word === "show") this.#show(rest.join(" "), name, inputs);
      else if (known.includes(word)) {
        const answer = obey(word, rest.join(" "));
        if (answer !== undefined) return answer;
      } else {
        if (word !== "help" && word !== "?" && word !== "h") this.#tell(`"${word}" is no word here`);
        for (const [shown, does] of help) this.#tell(`  ${shown.padEnd(10)} ${does}`);
      }
    }
  }

  async #askApproval(step: string, message: string): Promise<void> {
    // One that was answered before is told of at once, when a record is gone through.
    const asking = (this.#asking = new AbortController());
    await setImmediate();
    if (asking.signal.aborted) return;
    this.#tellBefore();
    this.#err.line();
    this.#err.line(`${this.#err.paint("bold", `${step} waits for approval`)}: ${withoutControls(message)}`);
    this.#tell("    here, or with `runbook approve` from another terminal");
    const word = await this.#dialogue(step, undefined, AT_APPROVAL, asking.signal, (said) => said);
    if (asking.signal.aborted) return;
    if (word === undefined) return this.#stop.abort();
    try {
      await this.#options.answer(step, word === "approve");
    } catch (thrown) {
      // Somebody else was quicker.
      this.#tell(thrown instanceof Error ? thrown.message : String(thrown));
    }
  }

  #goTo(name: string, step: string): boolean {
    const ended = new Set(this.#ended.map((event) => event.step));
    const ahead = this.#options.runbook.steps.map(({ id }) => id).filter((id) => id !== step && !ended.has(id));
    if (ahead.includes(name)) {
      this.#until = { step: name };
      return true;
    }
    const known =
      ahead.length === 0 ? "this is the last one" : (suggest(name, ahead) ?? `ahead are ${ahead.join(", ")}`);
    this.#tell(name === "" ? `to which step? ${known}` : `there is no step "${name}" ahead; ${known}`);
    return false;
  }

  #back(): void {
    const event = this.#ended.at(-1 - this.#looked);
    if (event === undefined) return this.#tell(this.#ended.length === 0 ? "nothing is done yet" : "that was the first");
    this.#looked++;
    this.#tellStep(event);
  }

  #show(what: string, name: string, inputs: (() => Json) | undefined): void {
    if (what === "inputs") return this.#tellValue("inputs", this.#options.inputs);
    if (what === "plan") {
      const { plan } = this.#options;
      return plan === undefined ? this.#tell("this run has no plan") : this.#tellPlan(plan, name, true);
    }
    if (what !== "" && what !== name) {
      const event = this.#ended.findLast((one) => one.step === what);
      if (event !== undefined) return this.#tellStep(event);
      const isThere = this.#options.runbook.steps.some(({ id }) => id === what);
      return this.#tell(isThere ? `${what} is not done` : `there is no step "${what}"`);
    }
    if (inputs === undefined) return this.#tell(`${name} has begun`);
    try {
      this.#tellValue(`${name} is given`, inputs());
    } catch (thrown) {
      this.#tell(`${name} will fail: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    }
  }

  #tellPlan(plan: Plan, name: string, full: boolean): void {
    const page = planPageOf(plan, name);
    const lines =
      page === undefined ? [] : planLines(page, { full, width: this.#err.columns - 1, paint: painterOf(this.#err) });
    for (const line of lines) this.#tell(line, true);
    if (lines.length === 0 && full) this.#tell("nothing is planned to be sent");
  }

  #tellStep({ step, status, change, failure, outputs }: EndedStep): void {
    const end = status === "done" ? change : `${status}${failure === undefined ? "" : `: ${failure.message}`}`;
    this.#tellValue(`${step} (${end})`, outputs ?? {});
  }

  #tellValue(what: string, value: Json): void {
    this.#tell(`${what}: ${JSON.stringify(value, withoutSecrets, 2)}`);
  }

  #tell(text: string, isPainted = false): void {
    for (const line of this.#options.vault.redact(text).split("\n"))
      this.#err.line(isPainted ? line : withoutControls(line));
  }
}
