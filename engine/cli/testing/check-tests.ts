// Holds a test file against the runbooks that it is about: what it says of inputs, steps and outputs that they do not have.

import { type AuthoredEntries, entriesOf, scalarAt } from "../../runbook/authored.ts";
import { whereIn, valueProblems } from "../../runbook/input-values.ts";
import type { Runbook } from "../../runbook/model.ts";
import { type Diagnostic, diagnosticAt, sortDiagnostics } from "../../source/diagnostic.ts";
import type { SourceText, Span } from "../../source/source-text.ts";
import { suggest } from "../../source/suggestion.ts";
import type { GivenInputs, TestFile } from "./test-file.ts";

/** `runbookAt`: those that are run before a test, by their paths as written. */
export function checkAgainst(
  { source, tests }: TestFile,
  runbook: Runbook,
  outputs: readonly string[],
  runbookAt: (path: string) => Runbook,
): readonly Diagnostic[] {
  const checker = new Checker(source, runbook, outputs);
  return sortDiagnostics(
    tests.flatMap((test) => [
      ...checker.inputs(test, runbook),
      ...test.before.flatMap((one) => (one.kind === "run" ? checker.inputs(one, runbookAt(one.runbook.value)) : [])),
      ...test.reject.flatMap(({ value, span }) => checker.step(value, span)),
      ...checker.expectations(test.expect),
    ]),
  );
}

class Checker {
  readonly #source: SourceText;
  readonly #steps: readonly string[];
  readonly #outputs: readonly string[];
  constructor(source: SourceText, runbook: Runbook, outputs: readonly string[]) {
    this.#source = source;
    this.#steps = runbook.steps.map(({ id }) => id);
    this.#outputs = outputs;
  }

  inputs({ inputs, inputPlaces }: GivenInputs, { inputs: described }: Runbook): readonly Diagnostic[] {
    return [...inputPlaces].flatMap(([name, { keySpan, value }]) => {
      const input = described.find((one) => one.name === name);
      if (input === undefined) {
        const names = described.map((one) => one.name);
        return [this.#unknown(keySpan, "input", name, names)];
      }
      return valueProblems(input, inputs[name]!, input.secret).map(({ path, message, hint }) => {
        return diagnosticAt(
          this.#source,
          value.span,
          "wrong-value",
          `input "${name}"${whereIn(name, path)} ${message}`,
          { hint },
        );
      });
    });
  }

  expectations(expect: AuthoredEntries): readonly Diagnostic[] {
    const keysOf = (key: string) => [...(entriesOf(expect.get(key)?.value) ?? [])];
    const failed = scalarAt(entriesOf(expect.get("failure")?.value), "step");
    return [
      ...["plan", "steps"].flatMap(keysOf).flatMap(([id, { keySpan }]) => this.step(id, keySpan)),
      ...keysOf("outputs").flatMap(([name, { keySpan }]) =>
        this.#outputs.includes(name) ? [] : [this.#unknown(keySpan, "output", name, this.#outputs)],
      ),
      ...(failed === undefined ? [] : this.step(String(failed.value), failed.span)),
    ];
  }

  /** Of one with `forEach` an item may be meant. */
  step(id: string, span: Span): readonly Diagnostic[] {
    const isKnown = this.#steps.includes(id.replace(/\[.*$/, ""));
    return isKnown ? [] : [this.#unknown(span, "step", id, this.#steps)];
  }

  #unknown(span: Span, what: string, name: string, known: readonly string[]): Diagnostic {
    const message = `the runbook has no ${what} "${name}"`;
    return diagnosticAt(this.#source, span, "wrong-value", message, { hint: suggest(name, known) });
  }
}
