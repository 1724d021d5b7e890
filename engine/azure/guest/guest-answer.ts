// From what a script printed to what the engine may know of it. Tokens go into the vault here and nowhere else.

import type { GuestAnswer } from "../../run/activities.ts";
import { OperationError } from "../../run/failure.ts";
import type { Vault } from "../../run/vault.ts";
import { isJsonObject, type Json } from "../../value/json.ts";
import { type Opened, openSeal, readFrame, type Stage } from "./frame.ts";
import { guestError, unreadable } from "./guest-failure.ts";
import type { ScriptOutput } from "./run-command-output.ts";
import type { SealingKey } from "./sealing-key.ts";

export interface Expected {
  readonly vm: string;
  readonly requestId: string;
  readonly key: SealingKey;
  /** Where the secrets of this answer are kept: `<ref>#/access_token`. */
  readonly ref: string;
  /** The host that was asked after IMDS, for messages. */
  readonly arm?: string;
}

export function guestAnswer(output: ScriptOutput, expected: Expected, vault: Vault): GuestAnswer {
  const { vm, requestId, key, ref, arm } = expected;
  const frame = readFrame(output.stdout, requestId);
  if (frame.kind === "error") throw new OperationError(guestError(frame, vm, arm));
  if (frame.kind === "unreadable") throw new OperationError(unreadable(frame, vm, vault.redact(output.stderr)));
  const opened = openSeal(frame, requestId, key.privateKey);
  if (opened === undefined) throw new OperationError(unreadable({ why: "seal", length: 0 }, vm, ""));
  return {
    stage: frame.stage,
    status: frame.status,
    body: bodyOf(opened, frame.stage, ref, vault),
    requestId: vault.redact(opened.requestId),
  };
}

/** Members of a token answer that are secrets. */
const TOKENS = ["access_token", "refresh_token", "id_token"];

function bodyOf(opened: Opened, stage: Stage, ref: string, vault: Vault): Json {
  const body = parse(opened.body);
  if (stage !== "imds" || !isJsonObject(body)) return vault.redactJson(body);
  const secrets = TOKENS.flatMap((name) => {
    const token = body[name];
    return typeof token === "string" && token !== "" ? [[name, vault.put(`${ref}#/${name}`, token)] as const] : [];
  });
  // Redacted with the tokens known, so that nothing else in the answer repeats one.
  return { ...(vault.redactJson(body) as object), ...Object.fromEntries(secrets) };
}

function parse(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}
