// Performs one test on an emulator of its own, in memory, on a clock that is turned by hand.

import { openEmulatorTarget } from "../../azure/emulator-target.ts";
import { performerFor } from "../../azure/performer.ts";
import { readerFor } from "../../azure/reader.ts";
import { putResource } from "../../azure/put-resource.ts";
import type { Target } from "../../azure/target.ts";
import { type ScriptAnswer, ScriptedGuest } from "../../emulator/guest/scripted-guest.ts";
import { type AnsweredRequest, FaultInjector } from "../../emulator/faults/injector.ts";
import type { Plan } from "../../plan/model.ts";
import { planRun } from "../../plan/plan-run.ts";
import type { RunEvent } from "../../run/events.ts";
import type { Clock } from "../../run/clock.ts";
import { executeRun, type RunResult } from "../../run/execute.ts";
import { OperationError } from "../../run/failure.ts";
import { holding } from "../../run/held-clock.ts";
import { stepOf } from "../../run/operation-key.ts";
import { Vault } from "../../run/vault.ts";
import { VirtualClock } from "../../run/virtual-clock.ts";
import { type GivenInput, resolveInputs } from "../../runbook/inputs.ts";
import { checkWithInputs } from "../../runbook/load.ts";
import type { Runbook } from "../../runbook/model.ts";
import type { Span } from "../../source/source-text.ts";
import type { StepRegistry } from "../../steps/definition.ts";
import type { Json, JsonObject } from "../../value/json.ts";
import { withoutSecrets } from "../../value/secret.ts";
import { generateSecret } from "../generated-secret.ts";
import type { Placed, RunbookTest, StateRequest } from "./test-file.ts";

/** A runbook with the step types that it may use. */
export interface Runnable {
  readonly runbook: Runbook;
  readonly registry: StepRegistry;
}

export interface TestSetting extends Runnable {
  readonly test: RunbookTest;
  /** The runbook behind a path of the test file, checked. */
  readonly runbookAt: (path: string) => Runnable;
}

/** What happened, for the expectations to look at. Secrets are hidden. */
export interface Observed {
  readonly result: RunResult;
  readonly events: readonly RunEvent[];
  readonly requests: readonly AnsweredRequest[];
  readonly idleFaults: readonly Placed<unknown>[];
  /** Answers that no script was given. */
  readonly idleAnswers: readonly Placed<ScriptAnswer>[];
  /** When the test asks for it. */
  readonly plan?: Plan;
  /** What a plan after the run would change; when the test asks for it. */
  readonly again?: Plan;
  /** What was found where the test looks; null: nothing. */
  readonly state: readonly (Json | null)[];
  hidden(text: string): string;
}

/** A test that cannot be performed: what it is to begin with is not there. */
export class TestTrouble extends Error {
  override readonly name = "TestTrouble";
  readonly span: Span;
  constructor(span: Span, message: string) {
    super(message);
    this.span = span;
  }
}

/** Longer than anything that Azure does is under way. */
const SETTLED_MS = 3_600_000;
/** Far more than any wait; a run that waits for what never comes ends here. */
const LIMIT_MS = 30 * 86_400_000;

/** Rejects with a `TestTrouble` and, for a mistake of the engine's own, with that. */
export async function performTest(setting: TestSetting): Promise<Observed> {
  const { test, runbook, registry } = setting;
  const clock = new VirtualClock(undefined, { limitMs: LIMIT_MS });
  const requests: AnsweredRequest[] = [];
  let isWatched = false;
  const injector = new FaultInjector({ onAnswered: (request) => isWatched && requests.push(request) });
  // The clock of whoever sends a request, while one is under way.
  const latency: { clock: Clock } = { clock };
  const guest = new ScriptedGuest(test.scripts.map(({ value }) => value));
  const target = await openEmulatorTarget({
    description: "an emulator of the test",
    // Without answers a script is told of as one that the emulator does not run.
    ...(test.scripts.length > 0 && { guest }),
    faults: injector,
    now: () => clock.now(),
    sleep: (ms) => latency.clock.sleep(ms),
  });
  try {
    for (const step of test.before) {
      if (step.kind === "put") await put(step, step.body, target);
      else await runBefore(step.runbook, step.inputs, setting, { target, clock, latency });
      await clock.sleep(SETTLED_MS);
    }
    const { values, vault, inputs } = inputsOf(runbook, registry, test.inputs, test.name.span);
    const planning = { runbook, registry, inputs: values, target, clock };
    const plan = test.expect.has("plan") ? await planRun(planning) : undefined;
    for (const { value } of test.faults) injector.add(value);
    isWatched = true;
    const rejected = new Set(test.reject.map(({ value }) => value));
    const { result, events } = await runOn({ runbook, registry, inputs, vault, target, clock, latency, rejected });
    isWatched = false;
    const idleFaults = test.faults.filter((_, index) => injector.tally[index]?.struck === 0);
    const idleAnswers = test.scripts.filter(({ value }) => !guest.given.has(value));
    injector.clear();
    await clock.sleep(SETTLED_MS);
    const again = test.expect.has("again") ? await planRun(planning) : undefined;
    const reader = readerFor(target, clock);
    const state: (Json | null)[] = [];
    for (const { path, apiVersion } of test.looks)
      state.push(await look(reader, idOf(path.value, target), apiVersion, path.span));
    return {
      result: {
        ...result,
        outputs: vault.redactJson(JSON.parse(vault.redact(JSON.stringify(result.outputs, withoutSecrets))) as Json),
      },
      events,
      requests,
      idleFaults,
      idleAnswers,
      state: state.map((one) => vault.redactJson(one)),
      hidden: (text) => vault.redact(text),
      ...(plan && { plan }),
      ...(again && { again }),
    };
  } finally {
    await target.close();
  }
}

async function runBefore(
  path: Placed<string>,
  given: Readonly<Record<string, Json>>,
  { runbookAt }: TestSetting,
  where: Pick<Running, "target" | "clock" | "latency">,
): Promise<void> {
  const { runbook, registry } = runbookAt(path.value);
  const { vault, inputs } = inputsOf(runbook, registry, given, path.span);
  const { result } = await runOn({ runbook, registry, inputs, vault, ...where });
  for (const [step, { message }] of result.failures) {
    throw new TestTrouble(path.span, `${path.value} fails at "${step}": ${vault.redact(message)}`);
  }
}

interface Running extends Runnable {
  readonly inputs: Readonly<Record<string, Json>>;
  readonly vault: Vault;
  readonly target: Target;
  readonly clock: VirtualClock;
  readonly latency: { clock: Clock };
  /** Steps that nobody approves. */
  readonly rejected?: ReadonlySet<string>;
}

async function runOn(running: Running): Promise<{
  readonly result: RunResult;
  readonly events: readonly RunEvent[];
}> {
  const { runbook, registry, inputs, vault, target, clock, latency, rejected } = running;
  const events: RunEvent[] = [];
  const result = await executeRun({
    runbook: runbook.name,
    target: target.description,
    steps: runbook.steps,
    registry,
    inputs,
    outputs: (scope) => runbook.outputs(scope),
    performer: (onRetry) =>
      holding(clock, (inner) => {
        latency.clock = inner;
        return performerFor({ target, vault, clock: inner, onRetry });
      }),
    journal: { append: () => {}, durable: async () => {} },
    clock,
    vault,
    concurrency: 16,
    onEvent: (event) => events.push(event),
    signals: async ({ key }, { ask }) => {
      await ask();
      return { approved: rejected?.has(stepOf(key)) !== true, by: "the test", at: clock.now() };
    },
  });
  latency.clock = clock;
  return { result, events };
}

/** Values in clear, and as a run has them: secrets as handles. */
function inputsOf(
  runbook: Runbook,
  registry: StepRegistry,
  written: Readonly<Record<string, Json>>,
  span: Span,
): {
  readonly values: Readonly<Record<string, Json>>;
  readonly vault: Vault;
  readonly inputs: Readonly<Record<string, Json>>;
} {
  const given = new Map(
    Object.entries(written).map(([name, value]): [string, GivenInput] => [
      name,
      { value, from: "the test", isText: false },
    ]),
  );
  for (const input of runbook.inputs) {
    const secret = input.secret && !given.has(input.name) ? generateSecret(input) : undefined;
    if (secret !== undefined) given.set(input.name, { value: secret, from: "generated", isText: false });
  }
  const { values, missing, problems } = resolveInputs(runbook, given);
  const [problem] = problems;
  if (problem !== undefined) throw new TestTrouble(span, problem.replace(" (the test)", ""));
  const [absent] = missing;
  if (absent !== undefined) throw new TestTrouble(span, `the input "${absent.name}" of ${runbook.name} is missing`);
  const [wrong] = checkWithInputs(runbook, registry, values).filter(({ severity }) => severity === "error");
  if (wrong !== undefined)
    throw new TestTrouble(span, `${runbook.name} does not go with these inputs: ${wrong.message}`);
  const vault = new Vault();
  const inputs = Object.entries(values).map(([name, value]) => {
    const { secret } = runbook.inputs.find((input) => input.name === name)!;
    return [name, secret ? vault.put(`inputs.${name}`, String(value)) : value] as const;
  });
  return { values, vault, inputs: Object.fromEntries(inputs) };
}

function idOf(path: string, { subscriptionId }: Target): string {
  const rest = path.replace(/^\//, "");
  return /^subscriptions(\/|$)/i.test(rest) ? `/${rest}` : `/subscriptions/${subscriptionId}/${rest}`;
}

async function put({ path, apiVersion }: StateRequest, body: Json, target: Target): Promise<void> {
  try {
    await putResource(target, idOf(path.value, target), apiVersion, body);
  } catch (thrown) {
    if (!(thrown instanceof OperationError)) throw thrown;
    const { code, message } = thrown.failure;
    throw new TestTrouble(path.span, `the emulator refuses it: ${code ?? "no code"}: ${message}`);
  }
}

async function look(
  reader: ReturnType<typeof readerFor>,
  id: string,
  apiVersion: string,
  span: Span,
): Promise<JsonObject | null> {
  try {
    return await reader.get(id, apiVersion);
  } catch (thrown) {
    if (thrown instanceof OperationError) throw new TestTrouble(span, `it cannot be read: ${thrown.message}`);
    throw thrown;
  }
}
