// A Run Command's body as a person can read it: the constant script by its digest, and encoded addresses in clear.

import { createHash } from "node:crypto";
import { guestScripts } from "./generated/guest-scripts.js";
import { isJsonObject, type Json, type JsonObject } from "../value/json.ts";

/** The same value for a body of any other kind. Equal results mean equal bodies: a digest stands for one text. */
export function readableBody(body: Json): Json {
  if (!isJsonObject(body)) return body;
  const { script, parameters, properties } = body;
  const isAction = Array.isArray(script);
  const isManaged = isJsonObject(properties) && isJsonObject(properties["source"]);
  if (isManaged) {
    const { source, ...rest } = properties;
    const text = isJsonObject(source) ? source["script"] : undefined;
    const inner = typeof text === "string" ? { ...(source as JsonObject), script: digestOf(text) } : source;
    return { ...body, properties: { ...withReadableParameters(rest), source: inner ?? null } };
  }
  if (!isAction || parameters === undefined) return body;
  return { ...withReadableParameters(body), script: digestOf((script as readonly Json[]).join("\n")) };
}

function withReadableParameters(holder: JsonObject): JsonObject {
  const { parameters } = holder;
  if (!Array.isArray(parameters)) return holder;
  const readable = (parameters as readonly Json[]).map((parameter) => {
    if (!isJsonObject(parameter)) return parameter;
    const { value } = parameter;
    const address = typeof value === "string" ? addressIn(value) : undefined;
    return address === undefined ? parameter : { ...parameter, value: address };
  });
  return { ...holder, parameters: readable };
}

/** The engine's own scripts take addresses as `u` and base64url (`guest/PROTOCOL.md`). */
function addressIn(value: string): string | undefined {
  if (!/^u[A-Za-z0-9_-]{12,}$/.test(value)) return undefined;
  const text = Buffer.from(value.slice(1), "base64url").toString("utf8");
  const isSame = `u${Buffer.from(text).toString("base64url")}` === value;
  return isSame && /^https?:\/\/[\u0021-\u007E]+$/.test(text) ? text : undefined;
}

const OWN: ReadonlySet<string> = new Set(Object.values(guestScripts).map((text) => text.trimEnd()));

/** An author's script is shown as it is. */
const digestOf = (text: string): string => (OWN.has(text.trimEnd()) ? digestText(text) : text);

const digestText = (text: string): string => `(script of SHA-256 ${createHash("sha256").update(text).digest("hex")})`;
