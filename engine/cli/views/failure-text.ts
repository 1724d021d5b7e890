// A failed step as a diagnostic: what Azure said in its own words, where the step is written, and what to do.

import type { RunResult } from "../../run/execute.ts";
import type { Failure } from "../../run/failure.ts";
import type { Runbook } from "../../runbook/model.ts";
import type { PlacedMessage } from "../../source/diagnostic.ts";
import type { Span } from "../../source/source-text.ts";
import { tellDiagnostics } from "../diagnostic-formats.ts";
import type { Terminal } from "../terminal.ts";
import { hintFor } from "./azure-hints.ts";

/** `step` absent: the runbook's outputs could not be evaluated. */
export function failureDiagnostic(runbook: Runbook, step: string | undefined, failure: Failure): PlacedMessage {
  const { source } = runbook;
  const written = authoredPlace(runbook, failure.message);
  const hint = hintFor(failure);
  return {
    code: failure.code ?? (failure.origin === "internal" ? "internal" : "step-failed"),
    severity: "error",
    message: `${step === undefined ? "the outputs" : `step "${step}"`} failed: ${oneLine(written?.message ?? failure.message)}`,
    source,
    span: written?.span ?? runbook.steps.find(({ id }) => id === step)?.span ?? { start: 0, end: 0 },
    ...(hint !== undefined && { hint }),
  };
}

/** In the order in which they happened. */
export function tellFailures(runbook: Runbook, result: RunResult, terminal: Terminal): void {
  const { failures, outputsFailure } = result;
  const all = [...failures, ...(outputsFailure === undefined ? [] : [[undefined, outputsFailure] as const])];
  for (const [step, failure] of all) {
    tellDiagnostics([failureDiagnostic(runbook, step, failure)], terminal);
    if (failure.requestId !== undefined) terminal.line(`${terminal.paint("cyan", "request id:")} ${failure.requestId}`);
    terminal.line();
  }
}

/** A mistake in the runbook that shows only when it runs begins with its place, which is more exact than the step's. */
function authoredPlace(
  { source }: Runbook,
  message: string,
): { readonly message: string; readonly span: Span } | undefined {
  if (!message.startsWith(`${source.path}:`)) return undefined;
  const found = /^(\d+):(\d+): (.*)$/s.exec(message.slice(source.path.length + 1));
  if (found === null) return undefined;
  const start = source.offsetAt({ line: Number(found[1]), column: Number(found[2]) });
  const line = source.line(Number(found[1]));
  return { message: found[3]!, span: { start, end: start + line.length - Number(found[2]) + 1 } };
}

function oneLine(message: string): string {
  return message.replaceAll(/\s*\r?\n\s*/g, " ").trim();
}
