// What may be written inside of `${{ }}`.

import { functionNames, functionNamed } from "../../expression/functions.ts";
import type { Candidate, Completion, TypeOf } from "./completion.ts";
import { ITEM } from "./cursor.ts";
import { describeFunction, shapeText, typeText } from "./descriptions.ts";
import { type Schema, schemaAt } from "./schema-place.ts";
import type { Sketch, SketchedStep } from "./sketch.ts";

/** The chain of names that the cursor stands in or behind. */
const CHAIN = /(?:[A-Za-z_][\w-]*(?:\[[^\]]*\])?\.)*[A-Za-z_]?[\w-]*$/;

export function expressionCandidates(
  before: string,
  sketch: Sketch,
  own: SketchedStep | undefined,
  typeOf: TypeOf,
): Completion {
  // Inside of a text nothing is completed.
  if ((before.match(/'/g)?.length ?? 0) % 2 === 1) return { replaces: 0, candidates: [] };
  const names = CHAIN.exec(before)![0].split(".");
  const word = names.at(-1)!;
  return { replaces: word.length, candidates: candidatesFor(names.slice(0, -1), sketch, own, typeOf) };
}

function candidatesFor(
  chain: readonly string[],
  sketch: Sketch,
  own: SketchedStep | undefined,
  typeOf: TypeOf,
): readonly Candidate[] {
  const [root, id, outputs, ...rest] = chain;
  if (root === undefined) return roots(sketch, own);
  if (root === "each")
    return id === undefined
      ? keywords([
          ["key", "the item's key or place"],
          ["value", "the item"],
        ])
      : [];
  if (root === "run") return id === undefined ? keywords([["outcome", "how the run ended: done or failed"]]) : [];
  if (root === "inputs" && id === undefined) {
    return sketch.inputs.map(({ name, type, isSecret, description, shape }) => ({
      label: name,
      kind: "input",
      detail: isSecret ? "secret" : shape ? shapeText(shape) : (type ?? "input"),
      ...(description !== undefined && { documentation: description }),
    }));
  }
  if (root === "inputs") return membersAt(sketch, chain.slice(1));
  if (root === "locals" && id === undefined) return sketch.locals.map((label) => ({ label, kind: "input" }));
  if (root !== "steps") return [];
  if (id === undefined) {
    return sketch.steps.flatMap(({ id: label, uses }) =>
      label === undefined || label === own?.id
        ? []
        : [{ label, kind: "step" as const, ...(uses !== undefined && { detail: uses }) }],
    );
  }
  if (outputs === undefined) {
    return keywords([
      ["outputs", `what step "${id}" gives`],
      ["status", "how it ended: done, failed or skipped"],
      ["error", "why it failed"],
    ]);
  }
  if (outputs === "error" && rest.length === 0) {
    return keywords([
      ["message", "what went wrong"],
      ["code", "Azure's error code"],
      ["status", "the HTTP status"],
    ]);
  }
  const definition = typeOf(sketch.steps.find((step) => step.id === id));
  if (outputs !== "outputs" || definition === undefined) return [];
  const path = rest.flatMap((name) => [name.replace(/\[.*$/, ""), ...(name.includes("[") ? ["-"] : [])]);
  const schema = schemaAt(definition.outputs as unknown as Schema, path);
  return Object.entries((schema?.["properties"] ?? {}) as Readonly<Record<string, Schema>>).map(([label, of]) => {
    const about = of["description"];
    return { label, kind: "output", detail: typeText(of), ...(typeof about === "string" && { documentation: about }) };
  });
}

/** The members of a part of an input: `inputs.vms[0].` */
function membersAt(sketch: Sketch, [first = "", ...rest]: readonly string[]): readonly Candidate[] {
  const [name = "", ...indexes] = first.split("[");
  let shape = sketch.inputs.find((input) => input.name === name)?.shape;
  const look = [...indexes.map(() => ITEM), ...rest.flatMap((part) => partsOf(part))];
  for (const part of look) {
    shape = part === ITEM ? (shape?.items ?? shape?.values) : (shape?.properties?.get(part) ?? shape?.values);
  }
  return [...(shape?.properties ?? [])].map(([label, member]) => ({
    label,
    kind: "output",
    detail: shapeText(member),
    ...(member.description !== undefined && { documentation: member.description }),
  }));
}

const partsOf = (name: string): readonly string[] => {
  const [own = "", ...indexes] = name.split("[");
  return [own, ...indexes.map(() => ITEM)];
};

function keywords(names: readonly (readonly [label: string, detail: string])[]): readonly Candidate[] {
  return names.map(([label, detail]) => ({ label, kind: "keyword", detail }));
}

function roots(sketch: Sketch, own: SketchedStep | undefined): readonly Candidate[] {
  const names: readonly (readonly [string, string, boolean])[] = [
    ["inputs", "what the runbook is given", sketch.inputs.length > 0],
    ["locals", "values that have names", sketch.locals.length > 0],
    ["steps", "what steps give", sketch.steps.length > 0],
    ["each", "the item that the step runs for", own?.keys.includes("forEach") === true],
    ["run", "how the run ended", own?.isFinally === true],
  ];
  return [
    ...names.flatMap(([label, detail, isThere]) =>
      isThere ? [{ label, kind: "keyword" as const, detail, rank: 1 }] : [],
    ),
    ...functionNames.map((label): Candidate => {
      const documentation = describeFunction(label);
      return {
        label,
        kind: "function",
        detail: functionNamed(label)!.signature,
        insert: `${label}($1)`,
        isSnippet: true,
        rank: 2,
        ...(documentation !== undefined && { documentation }),
      };
    }),
  ];
}
