// What must hold of any text at all: it is read, checked and laid out without being thrown at, in time, and whatever is
// told has its place.

import { formatRunbook } from "../../engine/runbook/format.ts";
import { renderDiagnostic } from "../../engine/source/render-diagnostic.ts";
import { load } from "../support/check-runbook.ts";

/** Of processor time: a busy machine is no fault of the text. */
const LONGEST_MS = 100;

/** What does not hold, as a sentence; absent when everything does. */
export function problemWith(text: string): string | undefined {
  let ms = Infinity;
  // What is collected or compiled meanwhile is no fault of the text either: the quickest of three counts.
  for (let turn = 0; turn < 3 && ms > LONGEST_MS; turn++) {
    const before = process.cpuUsage();
    try {
      const problem = misplaced(text) ?? unstable(text);
      if (problem !== undefined) return problem;
    } catch (thrown) {
      return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
    }
    const { user, system } = process.cpuUsage(before);
    ms = Math.min(ms, (user + system) / 1000);
  }
  return ms > LONGEST_MS ? `it took ${Math.round(ms)} ms` : undefined;
}

function misplaced(text: string): string | undefined {
  const { runbook, diagnostics } = load(text);
  const hasError = diagnostics.some(({ severity }) => severity === "error");
  if ((runbook === undefined) !== hasError) return "a runbook was made of a text with errors, or none without a word";
  for (const diagnostic of diagnostics) {
    const { source, span, notes = [] } = diagnostic;
    for (const { start, end } of [span, ...notes.map((note) => note.span)]) {
      if (start < 0 || end <= start || end > Math.max(1, source.text.length)) {
        return `${diagnostic.code} is told of ${start} to ${end} in ${source.text.length} characters`;
      }
    }
    const told = renderDiagnostic(diagnostic);
    if (/undefined|\[object [A-Z]|NaN/.test(told.replaceAll(text, "")) && !/undefined|NaN|nan/.test(text)) return told;
  }
  return undefined;
}

function unstable(text: string): string | undefined {
  const once = formatRunbook(text, "a.yaml");
  if ("diagnostics" in once) return once.diagnostics.length > 0 ? undefined : "nothing is told of what is no YAML";
  const twice = formatRunbook(once.text, "a.yaml");
  return "text" in twice && twice.text === once.text ? undefined : "it is laid out otherwise the second time";
}
