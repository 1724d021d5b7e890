// Runbooks that a runbook calls: which file is meant, what is in it, and the step type that such a step has.

import type { ValueType } from "../expression/types.ts";
import type { Diagnostic } from "../source/diagnostic.ts";
import { SourceText } from "../source/source-text.ts";
import { CALL } from "../steps/builtin/runbook.ts";
import type { StepDefinition } from "../steps/definition.ts";
import type { TObject } from "../steps/type.ts";
import { type AuthoredEntries, type AuthoredMap, type AuthoredScalar, entriesOf, textAt } from "./authored.ts";
import { readYaml } from "./read-yaml.ts";
import type { Runbook, RunbookInput } from "./model.ts";
import type { Outline, StepOutline } from "./outline.ts";
import { schemaOfInput, schemaOfType } from "./value-shapes.ts";

/** Gives the text of a file, by its path as messages show it; nothing when it cannot be read. */
export type FileReader = (path: string) => string | undefined;

/** How deep calls may go. */
export const MOST_DEEP = 10;
/** How many steps a runbook may have with those that it calls. */
export const MOST_STEPS = 20_000;

/** A runbook that is called. */
export interface Called {
  readonly file: string;
  /** Why nothing can be said of what is in it, as the end of a sentence that begins with its path. */
  readonly problem?: string;
  /** Its errors, and those of what it calls. */
  readonly errors: readonly Diagnostic[];
  /** Absent when it cannot be read or has errors. */
  readonly runbook?: Runbook;
  /** Absent when it is not YAML. */
  readonly outline?: Outline;
  readonly outputs: ReadonlyMap<string, ValueType>;
  /** How many calls are below it. */
  readonly depth: number;
}

/** A step that calls a runbook, as it is written. */
export interface CallOutline {
  /** Absent when `path` is missing or no text. */
  readonly path?: AuthoredScalar;
  readonly inputs?: AuthoredMap;
  /** Absent when no file can be meant, or there is nobody to read one. */
  readonly called?: Called;
}

/** The paths that a text calls; what is wrong with them is told when it is checked. */
export function calledIn(text: string, file: string): readonly string[] {
  // Most runbooks call none, and are not read twice for it.
  if (!new RegExp(`\\buses["']?\\s*:\\s*["']?${CALL}\\b`).test(text)) return [];
  const { root } = readYaml(new SourceText(file, text));
  const top = entriesOf(root);
  const lists = ["steps", "finally"].flatMap((key) => top?.get(key)?.value ?? []);
  return lists.flatMap((list) =>
    (list.kind === "list" ? list.items : []).flatMap((step) => {
      const entries = entriesOf(step);
      if (textAt(entries, "uses") !== CALL) return [];
      const path = textAt(entriesOf(entries?.get("with")?.value), "path");
      return path !== undefined && isBeside(path) ? [calledPath(path, file)] : [];
    }),
  );
}

/** The runbook at a path that a step gives. */
export type CallLookup = (path: string) => Called | undefined;

/** The path of a file that is given from the folder of another. */
export function calledPath(path: string, from: string): string {
  if (from.startsWith("file:")) return new URL(path.split("/").map(encodeURIComponent).join("/"), from).href;
  const parts = from.replaceAll("\\", "/").split("/").slice(0, -1);
  for (const part of path.split("/")) {
    if (part === "." || part === "") continue;
    if (part === ".." && parts.length > 0 && parts.at(-1) !== ".." && parts.at(-1) !== "") parts.pop();
    else parts.push(part);
  }
  return parts.join("/");
}

/** Whether a path is one from the folder of the file that gives it. */
export const isBeside = (path: string): boolean => path !== "" && !/^(?:[/\\~]|[A-Za-z]:|\w+:)/.test(path);

export function callOf(entries: AuthoredEntries, lookup: CallLookup | undefined): CallOutline {
  const given = entriesOf(entries.get("with")?.value);
  const path = given?.get("path")?.value;
  const inputs = given?.get("inputs")?.value;
  const isPath = path?.kind === "scalar" && typeof path.value === "string" && !path.isTemplate;
  const called = isPath && isBeside(String(path.value)) ? lookup?.(String(path.value)) : undefined;
  return {
    ...(path?.kind === "scalar" && { path }),
    ...(inputs?.kind === "map" && { inputs }),
    ...(called && { called }),
  };
}

export const isCall = ({ uses }: Pick<StepOutline, "uses">): boolean => uses === CALL;

/** The step type with the inputs and outputs of what is called. */
export function typeOfCall(type: StepDefinition, { outline, outputs }: Called): StepDefinition {
  if (outline === undefined) return type;
  const inputs = [...outline.inputs].flatMap(([name, { input }]) => (input ? [[name, input] as const] : []));
  const required = inputs.filter(([, input]) => mustBeGiven(input)).map(([name]) => name);
  const base = type.inputs as unknown as { readonly properties: Readonly<Record<string, object>> };
  return {
    ...type,
    inputs: {
      ...base,
      required: ["path", ...(required.length > 0 ? ["inputs"] : [])],
      properties: {
        ...base.properties,
        inputs: {
          ...base.properties["inputs"],
          properties: Object.fromEntries(inputs.map(([name, input]) => [name, schemaOfInput(input)])),
          required,
        },
      },
    } as unknown as TObject,
    outputs: {
      type: "object",
      properties: Object.fromEntries([...outputs].map(([name, of]) => [name, schemaOfType(of)])),
    } as unknown as TObject,
  };
}

export const mustBeGiven = (input: RunbookInput): boolean => input.default === undefined;
