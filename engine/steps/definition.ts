// What a step type is, and how one is defined.

import type { Static, TObject, TUnsafe } from "typebox";
import { Unsafe } from "typebox";
import type { Json, JsonObject } from "../value/json.ts";
import type { Secret } from "../value/secret.ts";
import type { Command, Program } from "./operation.ts";

/** A mistake in a step's inputs that its schema cannot express. */
export interface InputProblem {
  /** JSON pointer into the inputs, for example `/adminUsername`. */
  readonly at: string;
  /** Lower case, no full stop; never holds a secret's value. */
  readonly message: string;
  readonly hint?: string;
}

/**
 * The inputs as far as they are known before a run: what depends on another step is absent, a secret that was given is
 * its text.
 */
export type KnownInputs<I> = { readonly [K in keyof I]?: I[K] extends Secret | undefined ? string : I[K] };

export interface StepExample {
  readonly title: string;
  /** The `with:` of the step, as it would be written in YAML. */
  readonly with: JsonObject;
}

export interface StepSpec<I extends TObject, O extends TObject> {
  /** What `uses:` names. */
  readonly name: string;
  /** One sentence. */
  readonly summary: string;
  readonly inputs: I;
  readonly outputs: O;
  readonly examples: readonly StepExample[];
  /** Finds mistakes that Azure would reject; run by check, before anything is sent. */
  check?(known: KnownInputs<Static<I>>): readonly InputProblem[];
  /** A pure function of the inputs and of the results of what it yields. No I/O, clock or chance. */
  run(inputs: Static<I>): Generator<Command, Static<O>, unknown>;
}

/** A step type as the engine sees it: its types stand behind `start`, so that a registry holds any mix. */
export interface StepDefinition {
  readonly name: string;
  readonly summary: string;
  readonly inputs: TObject;
  readonly outputs: TObject;
  readonly examples: readonly StepExample[];
  check(known: JsonObject): readonly InputProblem[];
  start(inputs: Json): Program<Json>;
}

/** Step types by name. */
export type StepRegistry = ReadonlyMap<string, StepDefinition>;

export function defineStep<I extends TObject, O extends TObject>(spec: StepSpec<I, O>): StepDefinition {
  return {
    name: spec.name,
    summary: spec.summary,
    inputs: spec.inputs,
    outputs: spec.outputs,
    examples: spec.examples,
    check: (known) => spec.check?.(known as KnownInputs<Static<I>>) ?? [],
    *start(inputs) {
      return (yield* spec.run(inputs as Static<I>)) as Json;
    },
  };
}

/** The key that marks a string schema as secret: the authored value must be an expression whose result is a secret. */
export const SECRET_KEYWORD = "x-secret";

/** A schema for a value that steps only hold a handle of. */
export function SecretString(options: { readonly description?: string } = {}): TUnsafe<Secret> {
  return Unsafe<Secret>({ type: "string", [SECRET_KEYWORD]: true, ...options });
}
