// What a replay compares operations by.

import { createHash } from "node:crypto";
import { canonicalJson, isJsonObject, type Json } from "../value/json.ts";
import type { Unkeyed } from "./driver.ts";

/** Of everything of an operation but its key. */
export function digestOf(operation: Unkeyed & { readonly key?: string }): string {
  const { key: _, ...rest } = operation;
  return shortHash(canonicalJson(rest));
}

/** 96 bits: enough to tell two texts apart that nobody made to collide. */
export function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("base64url").slice(0, 16);
}

/** Of a resource as it was read, its progress left out: what a write was made for. */
export function basisOf(body: Json): string {
  const properties = isJsonObject(body) ? body["properties"] : undefined;
  if (!isJsonObject(body) || !isJsonObject(properties)) return shortHash(canonicalJson(body));
  const { provisioningState: _, ...rest } = properties;
  return shortHash(canonicalJson({ ...body, properties: rest }));
}
