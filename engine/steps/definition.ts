// What a step type is, and how one is defined.

import type { Json, JsonObject } from "../value/json.ts";
import type { Secret } from "../value/secret.ts";
import type { Command, Program } from "./operation.ts";
import { specProblem } from "./sound-spec.ts";
import { type Static, type TObject, type TUnsafe, Type } from "./type.ts";

/** A mistake in a step's inputs that its schema cannot express. */
export interface InputProblem {
  /** JSON pointer into the inputs, for example `/adminUsername`. */
  readonly at: string;
  /** Lower case, no full stop; never holds a secret's value. */
  readonly message: string;
  readonly hint?: string;
  /** True when the key is meant, not its value. */
  readonly isAboutKey?: boolean;
  /** True when Azure may take the value after all, so that it only deserves a warning. */
  readonly isDoubt?: boolean;
}

/**
 * The inputs as far as they are known before a run: what depends on another step is absent, a secret that was given is
 * its text.
 */
export type KnownInputs<I> = { readonly [K in keyof I]?: I[K] extends Secret | undefined ? string : I[K] };

/**
 * It is shown as a whole runbook and run by a test. Steps that it may read without more: `group`, `vm`, `identity`,
 * `assign`, `grant` and `token`; inputs: secrets only.
 */
export interface StepExample {
  readonly title: string;
  /** The `with:` of the step, as it would be written in YAML. */
  readonly with: JsonObject;
  /** Other files that it reads, by name. */
  readonly files?: Readonly<Record<string, string>>;
  /** What it takes to try it, as a sentence; a comment in front of the runbook. */
  readonly note?: string;
  /** Steps of those above that must be done before, besides those that it reads. */
  readonly after?: readonly string[];
}

export interface StepSpec<I extends TObject, O extends TObject> {
  /** What `uses:` names. */
  readonly name: string;
  /** One sentence. */
  readonly summary: string;
  readonly inputs: I;
  readonly outputs: O;
  readonly examples: readonly StepExample[];
  /**
   * Finds mistakes that Azure would reject; run by check, before anything is sent, and again with the values of one run.
   * An input that is in `written` and not in `known` is given, by a value that only the run will tell.
   */
  check?(known: KnownInputs<Static<I>>, written: ReadonlySet<string & keyof Static<I>>): readonly InputProblem[];
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
  /** The extension that defines it, as it is named; absent for those of the engine. */
  readonly extension?: string;
  /** `written` is all that is known, unless it is given. */
  check(known: JsonObject, written?: ReadonlySet<string>): readonly InputProblem[];
  start(inputs: Json): Program<Json>;
}

/** Step types by name. */
export type StepRegistry = ReadonlyMap<string, StepDefinition>;

/** Throws for what makes no step type. */
export function defineStep<I extends TObject, O extends TObject>(spec: StepSpec<I, O>): StepDefinition {
  const problem = specProblem(spec);
  if (problem !== undefined) throw new Error(problem);
  return {
    name: spec.name,
    summary: spec.summary,
    inputs: spec.inputs,
    outputs: spec.outputs,
    examples: spec.examples,
    check: (known, written = new Set(Object.keys(known))) =>
      spec.check?.(known as KnownInputs<Static<I>>, written as ReadonlySet<string & keyof Static<I>>) ?? [],
    *start(inputs) {
      return (yield* spec.run(inputs as Static<I>)) as Json;
    },
  };
}

/** The key that marks a string schema as secret: the authored value must be an expression whose result is a secret. */
export const SECRET_KEYWORD = "x-secret";

/** What a text that does not match its pattern should have been, as the end of a sentence. Editors show it too. */
export const PATTERN_MESSAGE_KEYWORD = "patternErrorMessage";

/** A schema for a value that steps only hold a handle of. */
export function SecretString(options: { readonly description?: string } = {}): TUnsafe<Secret> {
  return Type.Unsafe<Secret>({ type: "string", [SECRET_KEYWORD]: true, ...options });
}
