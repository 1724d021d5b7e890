// From a checked tree to a runbook whose values can be evaluated.

import { EvaluationError, evaluateTemplate } from "../expression/evaluate.ts";
import { readsName } from "../expression/template.ts";
import type { SourceText, Span } from "../source/source-text.ts";
import { durationMs } from "../value/duration.ts";
import { builtinSteps } from "../steps/builtin/index.ts";
import type { StepRegistry } from "../steps/definition.ts";
import { isJsonObject, type Json } from "../value/json.ts";
import { Secret } from "../value/secret.ts";
import { Unknown, unknownsIn } from "../value/unknown.ts";
import { type Authored, type AuthoredScalar, entriesOf, entryAt, pathOf, templatesIn, textAt } from "./authored.ts";
import { AuthoredError, type ForEach, KnownLater, type Runbook, type RunbookScope, type RunbookStep } from "./model.ts";
import type { CallOutline } from "./calls.ts";
import { flattened } from "./flatten.ts";
import { whereIn, valueProblems } from "./input-values.ts";
import type { Outline, StepOutline } from "./outline.ts";
import { withMemberDefaults } from "./value-shapes.ts";
import { itemsOf } from "./items.ts";
import { acceptedBy, dependenciesOf } from "./rules/dependencies.ts";
import type { InputsValidator } from "./rules/step-inputs.ts";
import { retryPolicy } from "./rules/timeouts.ts";
import { schemaProblem } from "./schema-messages.ts";
import { stoodIn } from "./unknown-inputs.ts";

const outlines = new WeakMap<Runbook, Outline>();
const registries = new WeakMap<object, StepRegistry>();

/** The step types that a runbook was checked with, those of its extensions among them. */
export function registryOf(runbook: object): StepRegistry {
  return registries.get(runbook) ?? builtinSteps;
}

/** Where the values of a runbook were written. */
export function authoredIn(runbook: Runbook): Outline {
  return outlines.get(runbook)!;
}

/** The outline must be of a tree without errors. */
export function buildRunbook(outline: Outline, registry: StepRegistry, validate: InputsValidator): Runbook {
  const top = entriesOf(outline.root);
  const description = textAt(top, "description");
  const values = new Values(outline, registry);
  const runbook: Runbook = {
    source: outline.source,
    name: textAt(top, "name") ?? "",
    ...(description !== undefined && { description }),
    inputs: [...outline.inputs.values()].flatMap(({ input }) => input ?? []),
    calls: callsOf(outline),
    steps: outline.steps.flatMap((step) => {
      const own = buildStep(step, placeOf(step, outline.steps), values, validate);
      const called = step.call?.called?.runbook;
      if (called === undefined) return [own];
      return flattened(own, called, (scope) => values.callInputs(step.call!, called, scope));
    }),
    outputs: (scope) =>
      Object.fromEntries([...outline.outputs].map(([name, { value }]) => [name, values.of(value, scope)])),
  };
  outlines.set(runbook, outline);
  registries.set(runbook, registry);
  return runbook;
}

function callsOf({ steps }: Outline): ReadonlyMap<string, string> {
  const called = steps.flatMap(({ call }) => call?.called?.runbook ?? []);
  return new Map(called.flatMap((runbook) => [[runbook.source.path, runbook.source.text] as const, ...runbook.calls]));
}

/** What a step comes after, and what it does not ask to be done. */
function placeOf(step: StepOutline, steps: readonly StepOutline[]): Pick<RunbookStep, "dependencies" | "accepts"> {
  const own = dependenciesOf(step);
  const accepts = acceptedBy(step);
  if (!step.isFinally) return { dependencies: own, accepts };
  const before = steps.filter(({ isFinally }) => !isFinally);
  const followed = new Set([...before.flatMap(dependenciesOf), ...own]);
  const ends = before.flatMap(({ id }) => (id === undefined || followed.has(id) ? [] : [id]));
  return {
    dependencies: [...own, ...ends],
    accepts: new Map([...accepts, ...ends.map((id) => [id, "any"] as const)]),
  };
}

function buildStep(
  step: StepOutline,
  place: Pick<RunbookStep, "dependencies" | "accepts">,
  values: Values,
  validate: InputsValidator,
): RunbookStep {
  const { id = "", uses, if: condition, timeout, description, idSpan, isFinally } = step;
  const retry = retryPolicy(step);
  const written = [...templatesIn(step.forEach?.in), ...templatesIn(step.with), ...templatesIn(condition)];
  const forEach = buildForEach(step, values);
  const timeoutMs = typeof timeout?.value === "string" ? durationMs(timeout.value) : undefined;
  return {
    id,
    uses,
    ...place,
    isFinally,
    readsEndsOf: [...acceptedBy(step)].flatMap(([one, how]) => (how === "any" ? [one] : [])),
    readsOutcome: written.some(({ template }) => template !== undefined && readsName(template, "run")),
    continuesOnError: step.onError === "continue",
    span: idSpan,
    source: values.source,
    inputs(scope) {
      const inputs = values.inputs(uses, step.with, scope);
      for (const error of validate(uses, inputs)) {
        const path = pathOf(error.instancePath);
        const missing =
          error.keyword === "required"
            ? String((error.params as { missingProperty: string }).missingProperty)
            : undefined;
        const what = `"${missing ?? path.at(-1) ?? "with"}"`;
        const written = step.with && entryAt(step.with, missing === undefined ? path : [...path, missing])?.node.span;
        const problem = schemaProblem(error, { what, owner: uses, entry: "input" });
        if (problem === undefined) continue;
        const message =
          missing !== undefined && written ? `${what} came out as null, expected a value` : problem.message;
        throw values.errorAt(written ?? idSpan, message);
      }
      return inputs;
    },
    ...(description !== undefined && { description }),
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(retry && { retry }),
    ...(forEach && { forEach }),
    ...(condition && { condition: (scope: RunbookScope) => values.condition(condition, scope) }),
  };
}

function buildForEach({ forEach, if: condition }: StepOutline, values: Values): ForEach | undefined {
  if (forEach === undefined) return undefined;
  const { in: over, concurrency, maxErrors = 0 } = forEach;
  return {
    items(scope) {
      const value = values.of(over, scope);
      // Of a map the names are known all the same.
      const [unknown] = isJsonObject(value) && !(value instanceof Unknown) ? [] : unknownsIn(value);
      if (unknown !== undefined) {
        throw new KnownLater(`its items are known only when ${unknown.after.join(" and ")} is done`);
      }
      const found = itemsOf(value);
      if (found !== undefined) return found;
      throw values.errorAt(over.span, '"forEach" came out as something else than a list or a map');
    },
    ...(concurrency !== undefined && { concurrency }),
    maxErrors,
    isConditionForEach: condition?.template !== undefined && readsName(condition.template, "each"),
  };
}

/** Evaluates what was written; a mistake that shows only then names its place. */
class Values {
  readonly #outline: Outline;
  readonly #registry: StepRegistry;
  constructor(outline: Outline, registry: StepRegistry) {
    this.#outline = outline;
    this.#registry = registry;
  }

  get source(): SourceText {
    return this.#outline.source;
  }

  /** What a step gives to the runbook that it calls, with defaults for what it leaves out. */
  callInputs({ inputs, path }: CallOutline, called: Runbook, scope: RunbookScope): Readonly<Record<string, Json>> {
    const given = new Map([...(inputs?.entries ?? [])].map(([name, { value }]) => [name, this.of(value, scope)]));
    const values = called.inputs.flatMap((input): readonly (readonly [string, Json])[] => {
      const value = given.get(input.name) ?? input.default;
      const span = inputs?.entries.get(input.name)?.value.span ?? path!.span;
      const name = `input "${input.name}" of ${called.source.path}`;
      if (value === undefined) throw this.errorAt(span, `${name} came out as null, expected a value`);
      if (value instanceof Secret || unknownsIn(value).length > 0) return [[input.name, value]];
      const [problem] = valueProblems(input, value, input.secret);
      if (problem === undefined) return [[input.name, withMemberDefaults(input, value)]];
      throw this.errorAt(span, `${name}${whereIn(input.name, problem.path)} ${problem.message}`);
    });
    return Object.fromEntries(values);
  }

  /** Of a step type, with its inputs as they are written. */
  inputs(uses: string, written: Authored | undefined, scope: RunbookScope): Json {
    const inputs = withoutNulls(written === undefined ? {} : this.of(written, scope));
    return scope.assume ? stoodIn(inputs, this.#registry.get(uses)?.inputs, scope.assume) : inputs;
  }

  of(node: Authored, scope: RunbookScope): Json {
    if (node.kind === "list") return node.items.map((item) => this.of(item, scope));
    if (node.kind === "scalar") return this.#evaluated(node, scope);
    return Object.fromEntries([...node.entries].map(([key, { value }]) => [key, this.of(value, scope)]));
  }

  condition(node: AuthoredScalar, scope: RunbookScope): boolean {
    const value = this.#evaluated(node, scope);
    if (typeof value === "boolean") return value;
    if (value instanceof Unknown && scope.assume !== undefined) return scope.assume(value);
    throw this.errorAt(node.span, '"if" came out as something else than true or false');
  }

  errorAt(span: Span, text: string): AuthoredError {
    const { source } = this.#outline;
    const { line, column } = source.positionAt(span.start);
    return new AuthoredError(`${source.path}:${line}:${column}: ${text}`);
  }

  #evaluated(node: AuthoredScalar, scope: RunbookScope): Json {
    if (node.template === undefined) return node.value;
    try {
      return evaluateTemplate(node.template, scope);
    } catch (thrown) {
      if (!(thrown instanceof EvaluationError)) throw thrown;
      throw this.errorAt(node.inFile(thrown.span), thrown.message);
    }
  }
}

/** An input that evaluates to null is one that is not given, so that an optional output can be handed on. */
function withoutNulls(value: Json): Json {
  if (!isJsonObject(value) || value instanceof Secret) return value;
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null));
}
