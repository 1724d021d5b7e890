// Values of a plan in Bicep's own notation.
// https://learn.microsoft.com/azure/azure-resource-manager/bicep/data-types

import type { Hole } from "../../plan/template.ts";
import { isJsonObject, type Json, type JsonObject } from "../../value/json.ts";
import { Secret } from "../../value/secret.ts";
import { piecesOf } from "./export-model.ts";

export interface Rendering {
  /** Ids that have a name in the file, the longest first. */
  readonly known: readonly { readonly id: string; readonly text: string }[];
  hole(hole: Hole): string;
}

/** A JSON merge patch (RFC 7396). */
export function merge(into: JsonObject, patch: JsonObject): JsonObject {
  const merged: Record<string, Json> = { ...into };
  for (const [key, member] of Object.entries(patch)) {
    const before = merged[key];
    if (member === null) delete merged[key];
    else
      merged[key] = isJsonObject(member) && isJsonObject(before ?? null) ? merge(before as JsonObject, member) : member;
  }
  return merged;
}

export function value(of: Json, rendering: Rendering, indent: string): string {
  if (of instanceof Secret) {
    const parts = of.parts.map((part) =>
      typeof part === "string" ? quotedText(part) : `\${${part.ref.replace(/^inputs\./, "")}}`,
    );
    return simplified(`'${parts.join("")}'`);
  }
  if (Array.isArray(of)) {
    const items = of as readonly Json[];
    if (items.length === 0) return "[]";
    const inner = `${indent}  `;
    return ["[", ...items.map((item) => `${inner}${value(item, rendering, inner)}`), `${indent}]`].join("\n");
  }
  if (typeof of === "string") return string([of], rendering);
  if (!isJsonObject(of)) return String(of);
  if ("$text" in of) return string(piecesOf(of), rendering);
  const members = Object.entries(of);
  if (members.length === 0) return "{}";
  const inner = `${indent}  `;
  const lines = members.map(
    ([key, member]) => `${inner}${keyText(key, rendering)}: ${value(member, rendering, inner)}`,
  );
  return ["{", ...lines, `${indent}}`].join("\n");
}

export function keyText(key: string, rendering: Rendering): string {
  if (/^[A-Za-z_]\w*$/.test(key)) return key;
  const text = string([key], rendering);
  // A key is a string, with or without something in it.
  return text.startsWith("'") ? text : `'\${${text}}'`;
}

export function string(pieces: readonly (string | Hole)[], rendering: Rendering): string {
  const text = pieces
    .map((piece) => (typeof piece === "string" ? withKnown(piece, rendering) : rendering.hole(piece)))
    .join("");
  return simplified(`'${text}'`);
}

/** `'${x}'` is `x`. */
function simplified(text: string): string {
  return /^'\$\{([^{}']*)\}'$/.exec(text)?.[1] ?? text;
}

/** Known ids by their names, wherever they stand at a boundary; case does not count in an id. */
function withKnown(text: string, { known }: Rendering): string {
  const lower = text.toLowerCase();
  for (const { id, text: name } of known) {
    const at = lower.indexOf(id.toLowerCase());
    const next = text[at + id.length];
    if (at === -1 || (next !== undefined && /[\w.-]/.test(next))) continue;
    return `${quotedText(text.slice(0, at))}${name}${withKnown(text.slice(at + id.length), { known, hole: () => "" })}`;
  }
  return quotedText(text);
}

export function quotedText(text: string): string {
  return text
    .replaceAll("\\", "\\\\")
    .replaceAll("'", "\\'")
    .replaceAll("${", "\\${")
    .replaceAll("\n", "\\n")
    .replaceAll("\r", "\\r")
    .replaceAll("\t", "\\t");
}
