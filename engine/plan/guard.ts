// Lets a request that changes something through only if the plan lists it.

import type { WireRequest, WireResponse, WireTap } from "../azure/wire.ts";
import { OperationError } from "../run/failure.ts";
import { instanceName, instanceOf, pathOf, stepOf } from "../run/operation-key.ts";
import type { JournalEntry } from "../run/journal.ts";
import type { ScheduledStep, Scope } from "../run/scheduled-step.ts";
import { isJsonObject, type Json } from "../value/json.ts";
import { pick } from "./answers.ts";
import { givenTo, valuesIn } from "./given.ts";
import { type Filling, matchTemplate } from "./match.ts";
import type { Given, Plan, PlannedRequest, PlannedStep } from "./model.ts";
import { filled } from "./pieces.ts";
import { isMutation } from "./slots.ts";
import { piecesOf } from "./template.ts";

interface Claim {
  readonly path: string;
  /** What stood in the holes: a request that is sent again must have the same there. */
  readonly values: string;
  times: number;
}

/** A request that the plan does not list, with the reason. */
export interface Refusal {
  readonly key: string;
  readonly method: string;
  readonly url: string;
  readonly why: string;
}

/**
 * Each planned request serves one operation of its step, in any order. That operation may send it again, unchanged, if
 * doing so is safe. Fewer requests than planned are fine; another one is not.
 */
export class PlanGuard {
  readonly #entries: ReadonlyMap<string, readonly PlannedRequest[]>;
  /** Those that are sent only if the run goes otherwise than in the rehearsal. */
  readonly #conditional: ReadonlySet<PlannedRequest>;
  readonly #claims = new Map<PlannedRequest, Claim>();
  readonly #answers = new Map<string, Json[]>();
  /** By step: inputs that only the run knows. */
  readonly #given: ReadonlyMap<string, readonly Given[]>;
  /** By step or item, then by expression: what it gave in this run; absent where nobody tells. */
  #evaluated: Map<string, ReadonlyMap<string, readonly string[]>> | undefined;

  constructor(plan: Plan) {
    this.#given = new Map(plan.steps.map((step) => [step.id, givenTo(step)]));
    this.#entries = new Map(plan.steps.map((step) => [step.id, [...step.requests, ...conditionalIn(step)]]));
    this.#conditional = new Set(plan.steps.flatMap(conditionalIn));
  }

  /** What a request was answered: later ones may hold values of it. */
  answered(path: string, body: Json): void {
    this.#answers.set(path, [...(this.#answers.get(path) ?? []), body]);
  }

  /** From now on it is told of inputs, and takes nothing that it was not told of. */
  watch(): void {
    this.#evaluated = new Map();
  }

  /** Told of the inputs of a step or item, as the runbook's expressions give them in this run. */
  evaluated(instance: string, inputs: Json): void {
    const given = (this.#given.get(stepOf(instance)) ?? []).filter((one) => one.instance === instance);
    this.#evaluated?.set(instance, valuesIn(given, inputs));
  }

  /** Whether it is to be told of the inputs of a step. */
  listensTo(step: string): boolean {
    return (this.#given.get(step) ?? []).length > 0;
  }

  /** What was refused was not done: the planned request is open again. */
  refused(path: string): void {
    for (const [entry, claim] of this.#claims) {
      if (claim.path === path && !entry.repeatable) this.#claims.delete(entry);
    }
  }

  /** `undefined` when the request may be sent; it then counts as sent. */
  check(request: WireRequest): Refusal | undefined {
    if (!isMutation(request)) return undefined;
    const { key, method, url } = request;
    const path = pathOf(key);
    const no = (why: string): Refusal => ({ key, method, url, why });
    const claimed = [...this.#claims].filter(([, claim]) => claim.path === path);
    for (const [entry, claim] of claimed) {
      const match = this.#match(entry, request);
      if (!match.ok || JSON.stringify(match.values) !== claim.values) continue;
      if (!entry.repeatable) return no("it may not be sent a second time");
      claim.times++;
      return undefined;
    }
    const open = (this.#entries.get(stepOf(key)) ?? []).filter((entry) => !this.#claims.has(entry));
    // Its own place first: the reason that is told is then the one that helps.
    const ordered = open.toSorted((a, b) => Number(b.operation === path) - Number(a.operation === path));
    let reason: string | undefined;
    for (const entry of ordered) {
      const match = this.#match(entry, request);
      if (match.ok) {
        this.#claims.set(entry, { path, values: JSON.stringify(match.values), times: 1 });
        return undefined;
      }
      // Of several requests of an operation the one that is most like it says best what is different.
      if (entry.operation === path && (reason === undefined || entry.method === method)) {
        reason = `it differs from the plan at ${match.at}: ${match.why}`;
      }
    }
    return no(reason ?? "the plan does not list it");
  }

  /** Planned requests that were never sent, without those that need not be. */
  unsent(): readonly PlannedRequest[] {
    return [...this.#entries.values()]
      .flat()
      .filter((entry) => !this.#claims.has(entry) && !this.#conditional.has(entry));
  }

  /** How many were sent of those that need not be. */
  get conditionalSent(): number {
    return [...this.#conditional].filter((entry) => this.#claims.has(entry)).length;
  }

  /** Those of the step itself if it was given it; otherwise it has read what another one wrote. */
  #valuesOf(expression: string, instance: string): readonly string[] | undefined {
    if (this.#evaluated === undefined) return undefined;
    const own = this.#evaluated.get(instance)?.get(expression);
    return own ?? [...this.#evaluated.values()].flatMap((values) => values.get(expression) ?? []);
  }

  #match(entry: PlannedRequest, request: WireRequest): ReturnType<typeof matchTemplate> {
    if (entry.method !== request.method) return { ok: false, at: "method", why: `it is ${request.method}` };
    const filling: Filling = {
      answered: (from) => (this.#answers.get(from.operation) ?? []).flatMap((body) => pick(body, from.at) ?? []),
      evaluated: (expression) => this.#valuesOf(expression, instanceOf(request.key)),
    };
    const url = matchTemplate(entry.url, request.url, filling, "url");
    if (!url.ok) return url;
    if (leadsElsewhere(entry.url, request.url)) return { ok: false, at: "url", why: "its address is known only later" };
    const body = matchTemplate(entry.body, request.body, filling, "body");
    return body.ok ? { ok: true, values: [...url.values, ...body.values] } : body;
  }
}

/** Whether what is put into an address is more than a name in it. */
function leadsElsewhere(planned: PlannedRequest["url"], url: string): boolean {
  const found = filled(piecesOf(planned) ?? [], url) ?? [];
  return found.some(({ hole, text }) => hole.like === "text" || /^\.+$/.test(text));
}

const conditionalIn = ({ onlyIf = [] }: PlannedStep): readonly PlannedRequest[] =>
  onlyIf.flatMap(({ requests }) => requests);

/** Shows a guard what a run did so far; gives what it sent that the plan does not list, and how much it sent. */
export function recall(
  guard: PlanGuard,
  journal: readonly JournalEntry[],
): { readonly sent: number; readonly extra: readonly Refusal[] } {
  const extra: Refusal[] = [];
  let sent = 0;
  for (const entry of journal) {
    if (entry.kind === "completion" && entry.ok) {
      for (const answer of answersIn(entry.value)) guard.answered(pathOf(entry.key), answer);
    } else if (entry.kind === "completion" && !entry.ok) {
      if (isRefusal(entry.failure.status)) guard.refused(pathOf(entry.key));
    } else if (entry.kind === "event" && entry.event.type === "request-sent") {
      sent++;
      const refusal = guard.check(entry.event);
      if (refusal !== undefined) extra.push(refusal);
    }
  }
  return { sent, extra };
}

/** Anything else that is no success may have been done all the same. */
const isRefusal = (status = 0): boolean => status >= 400 && status < 500;

/** What the target answered, in the shape it had on the wire. */
function answersIn(value: Json): readonly Json[] {
  if (Array.isArray(value)) return [{ value }];
  return isJsonObject(value) && value["body"] !== undefined ? [value["body"]] : [];
}

/** A guard at the wire, and at the steps that it has to know the inputs of. */
export interface Guarding {
  readonly tap: WireTap;
  /** The steps, which tell the guard what they are given. */
  steps<T extends ScheduledStep>(steps: readonly T[]): readonly T[];
}

/**
 * `onRefusal` is told of what was not sent; `journal` is what an earlier process recorded of the same run.
 */
export function guarding(
  plan: Plan,
  onRefusal: (refusal: Refusal) => void,
  journal: readonly JournalEntry[] = [],
): Guarding {
  const guard = new PlanGuard(plan);
  recall(guard, journal);
  guard.watch();
  const tap: WireTap = {
    sending(request: WireRequest) {
      const refusal = guard.check(request);
      if (refusal === undefined) return;
      onRefusal(refusal);
      throw new OperationError({
        origin: "internal",
        code: "NotPlanned",
        message: `${refusal.method} ${refusal.url} was not sent: ${refusal.why}`,
        hint: "make a new plan, and look at what it lists for this step",
      });
    },
    answered(request: WireRequest, response: WireResponse) {
      guard.answered(pathOf(request.key), response.body);
      if (isRefusal(response.status)) guard.refused(pathOf(request.key));
    },
  };
  return {
    tap,
    steps: (steps) =>
      steps.map((step) => {
        if (!guard.listensTo(step.id)) return step;
        const inputs = (scope: Scope): Json => {
          const given = step.inputs(scope);
          guard.evaluated(scope.each === undefined ? step.id : instanceName(step.id, scope.each.key), given);
          return given;
        };
        return { ...step, inputs };
      }),
  };
}
