// Whether what a step has given is what its type describes. Later steps were checked against the description.

import { SECRET_KEYWORD, type StepDefinition } from "../steps/definition.ts";
import { holdsSecret, Secret } from "../value/secret.ts";
import { type CompiledSchema, errorsOf, evaluatedSchema, schemaCompiler } from "./compile.ts";
import { pathOf } from "./authored.ts";
import { pathText } from "./input-values.ts";
import { schemaProblem } from "./schema-messages.ts";

const compiled = new WeakMap<object, CompiledSchema>();

/** What is wrong with them, as a sentence. Throws when the description itself cannot be read. */
export function outputsProblem({ name, outputs }: StepDefinition, given: unknown): string | undefined {
  const found = secretProblem(outputs.properties, given) ?? shapeProblem(outputs, given);
  return found && `step type "${name}" gives outputs that are not as it describes them: ${found}`;
}

function shapeProblem(schema: StepDefinition["outputs"], given: unknown): string | undefined {
  const problems = errorsOf(compile(schema), plainOf(given ?? null)).flatMap((error) => {
    const [first, ...rest] = pathOf(error.instancePath);
    const parts = rest.map((part) => (/^\d+$/.test(part) ? Number(part) : part));
    const what = first === undefined ? "what `run` returns" : `"${pathText(first, parts)}"`;
    return schemaProblem(error, { what, owner: what, entry: "key" })?.message ?? [];
  });
  return problems[0];
}

function compile(schema: StepDefinition["outputs"]): CompiledSchema {
  const known = compiled.get(schema);
  if (known !== undefined) return known;
  const made = schemaCompiler().compile(evaluatedSchema(schema)) as CompiledSchema;
  compiled.set(schema, made);
  return made;
}

/** What is described as a secret is one, and nothing else is: only of those it is known where they may go. */
function secretProblem(properties: Readonly<Record<string, object>>, given: unknown): string | undefined {
  for (const [name, value] of Object.entries((given ?? {}) as object)) {
    const isDescribed = SECRET_KEYWORD in (properties[name] ?? {});
    if (isDescribed && typeof value === "string") return `"${name}" is described as a secret and given as text`;
    if (!isDescribed && holdsSecret(value)) return `"${name}" holds a secret, expected SecretString() in \`outputs\``;
  }
  return undefined;
}

/** As the journal has it: what is undefined is not there. */
function plainOf(value: unknown): unknown {
  if (typeof value !== "object" || value === null || value instanceof Secret) return value;
  if (Array.isArray(value)) return value.map(plainOf);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.map(([key, member]) => [key, plainOf(member)]));
}
