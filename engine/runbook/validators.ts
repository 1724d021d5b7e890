// The compiled schemas of a registry. Those of the built-in step types come from the build: compiling takes three times
// as long as a whole check. They come twice: most values are as they should be, and to say only that takes little code.

import type { ErrorObject } from "ajv";
import { createRequire } from "node:module";
import { builtinSteps } from "../steps/builtin/index.ts";
import type { StepRegistry } from "../steps/definition.ts";
import type { Json } from "../value/json.ts";
import { type CompiledSchema, errorsOf, RUNBOOK_SCHEMA, schemaCompiler, schemasOf } from "./compile.ts";
import { quick } from "./generated/quick-validators.js";
import type { InputsValidator } from "./rules/step-inputs.ts";
import type { Validator } from "./shape.ts";

export interface Validators {
  readonly runbook: Validator;
  /** What is wrong with evaluated inputs of a step type. */
  readonly inputs: InputsValidator;
  /** What is wrong with those that are known, one by one: nothing is said of what is missing, nor of the whole. */
  readonly knownInputs: InputsValidator;
}

const compiled = new WeakMap<StepRegistry, Validators>();

export function validatorsFor(registry: StepRegistry): Validators {
  const known = compiled.get(registry);
  if (known !== undefined) return known;
  const made = registry === builtinSteps ? ofTheBuild() : compile(registry);
  compiled.set(registry, made);
  return made;
}

function compile(registry: StepRegistry): Validators {
  const ajv = schemaCompiler();
  const schemas = schemasOf(registry);
  const compileOf = (id: string): CompiledSchema => ajv.compile(schemas.get(id)!) as CompiledSchema;
  const byId = new Map([[RUNBOOK_SCHEMA, compileOf(RUNBOOK_SCHEMA)]]);
  return from((id) => {
    // The built-in step types among them are compiled already.
    if (registry.has(id) && registry.get(id) === builtinSteps.get(id)) return precompiled()[id];
    if (!byId.has(id) && schemas.has(id)) byId.set(id, compileOf(id));
    return byId.get(id);
  });
}

function ofTheBuild(): Validators {
  const isFine = (id: string, value: unknown): boolean => quick[id]?.(value) === true;
  const { runbook, inputs, knownInputs } = from((id) => precompiled()[id]);
  return {
    runbook: (value) => (isFine(RUNBOOK_SCHEMA, value) ? [] : runbook(value)),
    inputs: (uses, given) => (isFine(uses, given) && hasAll(uses, given) ? [] : inputs(uses, given)),
    knownInputs: (uses, given) => (isFine(uses, given) ? [] : knownInputs(uses, given)),
  };
}

let explaining: Readonly<Record<string, CompiledSchema | undefined>> | undefined;

/** Those that tell everything that is wrong, read only when something is. */
function precompiled(): NonNullable<typeof explaining> {
  const read = (): unknown => createRequire(import.meta.url)("./generated/validators.cjs");
  return (explaining ??= read() as NonNullable<typeof explaining>);
}

/** The quick validators say nothing of inputs that are missing. */
function hasAll(uses: string, given: Json): boolean {
  const required = builtinSteps.get(uses)?.inputs.required ?? [];
  return required.every((name) => Object.hasOwn(given as object, name));
}

function from(schemaOf: (id: string) => CompiledSchema | undefined): Validators {
  const errors = (id: string, value: unknown): readonly ErrorObject[] => {
    const schema = schemaOf(id);
    return schema === undefined ? [] : errorsOf(schema, value);
  };
  return {
    runbook: (value) => errors(RUNBOOK_SCHEMA, value),
    inputs: errors,
    knownInputs: (uses, given) => errors(uses, given).filter(({ instancePath }) => instancePath !== ""),
  };
}
