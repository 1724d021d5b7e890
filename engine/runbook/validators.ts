// The compiled schemas of a registry. Those of the built-in step types come from the build: compiling takes three times
// as long as a whole check.

import type { Ajv, ErrorObject } from "ajv";
import { createRequire } from "node:module";
import { builtinSteps } from "../steps/builtin/index.ts";
import type { StepRegistry } from "../steps/definition.ts";
import type { Json } from "../value/json.ts";
import { AJV_OPTIONS, RUNBOOK_SCHEMA, schemasOf } from "./compile.ts";
import { validators as precompiled } from "./generated/validators.js";
import type { Validator } from "./shape.ts";

export interface Validators {
  readonly runbook: Validator;
  /** What is wrong with evaluated inputs of a step type. */
  inputs(uses: string, inputs: Json): readonly ErrorObject[];
}

const compiled = new WeakMap<StepRegistry, Validators>();

export function validatorsFor(registry: StepRegistry): Validators {
  if (registry === builtinSteps) return from((id) => precompiled[id]);
  const known = compiled.get(registry);
  if (known !== undefined) return known;
  // Required here, not imported: most runs never need the compiler.
  const { Ajv: Compiler } = createRequire(import.meta.url)("ajv") as { readonly Ajv: typeof Ajv };
  const ajv = new Compiler(AJV_OPTIONS);
  const byId = new Map([...schemasOf(registry)].map(([id, schema]) => [id, ajv.compile(schema) as Validator]));
  const made = from((id) => byId.get(id));
  compiled.set(registry, made);
  return made;
}

function from(validatorOf: (id: string) => Validator | undefined): Validators {
  return {
    runbook: validatorOf(RUNBOOK_SCHEMA)!,
    inputs(uses, inputs) {
      const validate = validatorOf(uses);
      return validate === undefined || validate(inputs) ? [] : (validate.errors ?? []);
    },
  };
}
