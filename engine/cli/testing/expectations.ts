// Holds what happened against what a test expects, and tells every difference at its place in the test file.

import { patternOf } from "../../emulator/faults/pattern.ts";
import { faultText, type Fault } from "../../emulator/faults/kinds.ts";
import type { PlannedChange } from "../../plan/model.ts";
import { type Authored, type AuthoredEntries, entriesOf, plain, scalarAt } from "../../runbook/authored.ts";
import type { PlacedMessage } from "../../source/diagnostic.ts";
import type { SourceText, Span } from "../../source/source-text.ts";
import { type Mismatch, mismatches, shown } from "./match.ts";
import type { Observed } from "./perform-test.ts";
import { listAt, type RunbookTest } from "./test-file.ts";

/** Empty when the test passes. */
export function unmet(test: RunbookTest, observed: Observed, source: SourceText): readonly PlacedMessage[] {
  const { expect } = test;
  const found: PlacedMessage[] = [];
  const tell = (code: string, all: readonly Mismatch[]): void => {
    for (const { span, message, hint } of all) {
      const shownMessage = observed.hidden(message);
      found.push({
        code,
        severity: "error",
        message: shownMessage,
        source,
        span,
        ...(hint !== undefined && { hint: observed.hidden(hint) }),
      });
    }
  };
  tell("status", statusProblems(test, observed));
  tell("failure", failureProblems(expect, observed));
  tell("plan", stepProblems(expect, "plan", plannedChanges(observed)));
  tell("steps", stepProblems(expect, "steps", stepEnds(observed)));
  const outputs = expect.get("outputs")?.value;
  if (outputs !== undefined && observed.result.status === "done") {
    tell("outputs", mismatches(outputs, observed.result.outputs, "outputs"));
  }
  tell("state", stateProblems(expect, observed));
  tell("calls", callProblems(expect, observed));
  tell("again", againProblems(expect, observed));
  tell(
    "faults",
    observed.idleFaults.map(({ value, span }) => ({
      span,
      message: `the fault "${faultText(value as Fault)}" struck nothing`,
    })),
  );
  tell(
    "scripts",
    observed.idleAnswers.map(({ value, span }) => ({
      span,
      message: `no script holds ${shown(value.script)}${value.vm === undefined ? "" : ` in ${value.vm}`}`,
    })),
  );
  return found;
}

function statusProblems({ name, expect }: RunbookTest, { result }: Observed): readonly Mismatch[] {
  const written = scalarAt(expect, "status");
  const expected = written?.value ?? (expect.has("failure") ? "failed" : "done");
  if (result.status === expected) return [];
  const span = written?.span ?? expect.get("failure")?.keySpan ?? name.span;
  if (result.status !== "failed")
    return [{ span, message: `the run is ${result.status}, expected ${String(expected)}` }];
  const told = [...result.failures].map(([step, failure]) => ({
    span,
    message: `step "${step}" failed: ${textOf(failure)}`,
  }));
  const { outputsFailure } = result;
  return outputsFailure === undefined
    ? told
    : [...told, { span, message: `the outputs failed: ${outputsFailure.message}` }];
}

const textOf = ({ code, message }: { readonly code?: string; readonly message: string }): string =>
  code === undefined ? message : `${message} (${code})`;

function failureProblems(expect: AuthoredEntries, { result }: Observed): readonly Mismatch[] {
  const entries = entriesOf(expect.get("failure")?.value);
  const step = scalarAt(entries, "step");
  if (entries === undefined || step === undefined || result.status !== "failed") return [];
  const failure = result.failures.get(String(step.value));
  if (failure === undefined) {
    const others = [...result.failures].map(([id, one]) => `"${id}" failed: ${textOf(one)}`).join("; ");
    return [
      { span: step.span, message: `step "${String(step.value)}" did not fail${others === "" ? "" : `; ${others}`}` },
    ];
  }
  return (["code", "message"] as const).flatMap((key) => {
    const expected = entries.get(key)?.value;
    return expected === undefined ? [] : mismatches(expected, failure[key], `the ${key} of the failure`);
  });
}

function plannedChanges({ plan }: Observed): ReadonlyMap<string, PlannedChange> {
  return new Map(plan?.steps.map(({ id, change }) => [id, change]));
}

function stepEnds({ events }: Observed): ReadonlyMap<string, string> {
  return new Map(
    events.flatMap((event) =>
      event.type === "step-finished" ? [[event.step, event.status === "done" ? event.change : event.status]] : [],
    ),
  );
}

function stepProblems(
  expect: AuthoredEntries,
  key: "plan" | "steps",
  actual: ReadonlyMap<string, string>,
): readonly Mismatch[] {
  return [...(entriesOf(expect.get(key)?.value) ?? [])].flatMap(([id, { value: node, keySpan }]) => {
    const value = node.kind === "scalar" ? String(node.value) : "";
    const end = actual.get(id);
    if (end === value) return [];
    const verb = key === "plan" ? "is planned as" : "ended as";
    if (end === undefined)
      return [{ span: keySpan, message: `step "${id}" did not ${key === "plan" ? "come into the plan" : "run"}` }];
    return [{ span: node.span, message: `step "${id}" ${verb} ${end}, expected ${value}` }];
  });
}

function stateProblems(expect: AuthoredEntries, { state }: Observed): readonly Mismatch[] {
  return listAt(expect, "state").flatMap((node, index) => {
    const entries = entriesOf(node)!;
    const at = scalarAt(entries, "get")!;
    const exists = scalarAt(entries, "exists");
    const body = entries.get("body")?.value;
    const found = state[index] ?? null;
    const path = String(at.value);
    if (exists?.value === false) {
      return found === null ? [] : [{ span: exists.span, message: `${path} is there, expected that it is not` }];
    }
    if (found === null) return [{ span: at.span, message: `${path} is not there` }];
    return body === undefined ? [] : mismatches(body, found, path.split("/").at(-1) ?? path);
  });
}

/** The nearest calls are named: those that have something of the pattern in them. */
function callProblems(expect: AuthoredEntries, { requests }: Observed): readonly Mismatch[] {
  return [...(entriesOf(expect.get("calls")?.value) ?? [])].flatMap(([pattern, { value: node }]) => {
    const matches = patternOf(pattern);
    const fitting = requests.filter(matches);
    const wanted = plain(node);
    if (fitting.length === wanted) return [];
    const times = fitting.length === 1 ? "once" : `${fitting.length} times`;
    const names = [...new Set(fitting.map(({ method, path }) => `${method} …/${path.split("/").slice(-2).join("/")}`))];
    const hint = names.length === 0 ? othersHint(requests, pattern) : names.slice(0, 5).join(", ");
    return [
      {
        span: node.span,
        message: `"${pattern}" was sent ${times}, expected ${String(wanted)}`,
        ...(hint !== "" && { hint }),
      },
    ];
  });
}

function othersHint(requests: Observed["requests"], pattern: string): string {
  const method = /^[A-Z]+(?= )/.exec(pattern)?.[0];
  const sent = requests
    .filter((one) => method === undefined || one.method === method)
    .map(({ operation }) => operation);
  const names = [...new Set(sent)].toSorted();
  return names.length === 0 || names.length > 8 ? "" : `sent were ${names.join(", ")}`;
}

function againProblems(expect: AuthoredEntries, { again }: Observed): readonly Mismatch[] {
  const node: Authored | undefined = expect.get("again")?.value;
  if (node === undefined || again === undefined) return [];
  return again.steps.flatMap(({ id, change, resources }): readonly Mismatch[] => {
    if (change === "failed" || change === "opaque")
      return [{ span: node.span, message: `a second run of "${id}" is ${change}` }];
    return resources
      .filter((one) => one.change !== "none")
      .map((one) => {
        const places = one.differences.map(({ path }) => path).join(", ");
        return {
          span: node.span as Span,
          message: `a second run would ${one.change} ${one.name} in step "${id}"${places === "" ? "" : `: ${shown(places)}`}`,
        };
      });
  });
}
