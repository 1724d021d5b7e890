// A failed step as a diagnostic: what Azure said in its own words, where the step is written, and what to do.

import type { RunResult } from "../../run/execute.ts";
import type { Failure } from "../../run/failure.ts";
import { stepOf } from "../../run/operation-key.ts";
import type { Runbook } from "../../runbook/model.ts";
import type { PlacedMessage } from "../../source/diagnostic.ts";
import type { SourceText, Span } from "../../source/source-text.ts";
import { tellDiagnostics } from "../diagnostic-formats.ts";
import type { Terminal } from "../terminal.ts";
import { hintFor } from "./azure-hints.ts";

/** `step`, with its item if it has one; absent: the runbook's outputs could not be evaluated. */
export function failureDiagnostic(
  runbook: Runbook,
  step: string | undefined,
  failure: Failure,
  severity: PlacedMessage["severity"] = "error",
): PlacedMessage {
  const own = runbook.steps.find(({ id }) => step !== undefined && id === stepOf(step));
  const sources = new Set([runbook.source, ...runbook.steps.map((one) => one.source)]);
  const written = [...sources].map((source) => authoredPlace(source, failure.message)).find((one) => one !== undefined);
  const hint = hintFor(failure);
  return {
    code: failure.code ?? (failure.origin === "internal" ? "internal" : "step-failed"),
    severity,
    message: `${step === undefined ? "the outputs" : `step "${step}"`} failed: ${oneLine(written?.message ?? failure.message)}`,
    source: (written ?? own)?.source ?? runbook.source,
    span: (written ?? own)?.span ?? { start: 0, end: 0 },
    ...(hint !== undefined && { hint }),
  };
}

/** First those that the run went on without; each kind in the order in which they happened. */
export function tellFailures(runbook: Runbook, result: RunResult, terminal: Terminal): void {
  const { failures, continued, outputsFailure } = result;
  const all = [
    ...[...continued].map(([step, failure]) => [step, failure, "warning"] as const),
    ...[...failures].map(([step, failure]) => [step, failure, "error"] as const),
    ...(outputsFailure === undefined ? [] : [[undefined, outputsFailure, "error"] as const]),
  ];
  for (const [step, failure, severity] of all) {
    tellDiagnostics([failureDiagnostic(runbook, step, failure, severity)], terminal);
    if (failure.requestId !== undefined) terminal.line(`${terminal.paint("cyan", "request id:")} ${failure.requestId}`);
    terminal.line();
  }
}

/** A mistake in the runbook that shows only when it runs begins with its place, which is more exact than the step's. */
function authoredPlace(
  source: SourceText,
  message: string,
): { readonly message: string; readonly source: SourceText; readonly span: Span } | undefined {
  if (!message.startsWith(`${source.path}:`)) return undefined;
  const found = /^(\d+):(\d+): (.*)$/s.exec(message.slice(source.path.length + 1));
  if (found === null) return undefined;
  const start = source.offsetAt({ line: Number(found[1]), column: Number(found[2]) });
  const line = source.line(Number(found[1]));
  return { message: found[3]!, source, span: { start, end: start + line.length - Number(found[2]) + 1 } };
}

function oneLine(message: string): string {
  return message.replaceAll(/\s*\r?\n\s*/g, " ").trim();
}
