// Run Command parameters of a request made inside a VM, read as the constant scripts read them.

import type { KeyObject } from "node:crypto";
import { readKey } from "./seal.ts";

export interface GuestParameters {
  readonly mode: "imds" | "chain" | "arm";
  readonly id: string;
  readonly key: KeyObject;
  /** Only for the modes that ask it. */
  readonly imds?: string;
  readonly arm?: string;
  readonly token?: string;
  readonly tries: number;
  /** How long one request may take. */
  readonly timeoutS: number;
  /** Statuses of IMDS at which it is asked again. */
  readonly retry: ReadonlySet<number>;
}
export interface BadParameter {
  readonly error: string;
  /** `0` when the request id itself is wrong. */
  readonly id: string;
}

const urlText = /^[A-Za-z0-9:/?&=%._~,;@+$!*()-]+$/;
const imdsUrl = /^http:\/\/(169\.254\.169\.254|127\.0\.0\.1:\d{1,5})\//;
const armUrl = /^(https:\/\/[A-Za-z0-9.-]+(:\d{1,5})?|http:\/\/127\.0\.0\.1:\d{1,5})\//;

function url(value: string | undefined, form: RegExp): string | undefined {
  if (value === undefined || !/^u[A-Za-z0-9_-]+$/.test(value)) return undefined;
  const text = Buffer.from(value.slice(1), "base64url").toString("utf8");
  return urlText.test(text) && form.test(text) ? text : undefined;
}
function number(value: string, max: number): number | undefined {
  if (!/^n[1-9]\d{0,2}$/.test(value)) return undefined;
  const n = Number(value.slice(1));
  return n <= max ? n : undefined;
}

/** Checks everything before anything is sent. A parameter that the mode does not use is not looked at. */
export function readParameters(given: ReadonlyMap<string, string>): GuestParameters | BadParameter {
  const id = given.get("rbId") ?? "";
  if (!/^[A-Za-z][A-Za-z0-9]{0,31}$/.test(id)) return { error: "bad-id", id: "0" };
  const key = readKey(given.get("rbKey") ?? "");
  if (key === undefined) return { error: "bad-key", id };
  const mode = given.get("rbMode");
  if (mode !== "imds" && mode !== "chain" && mode !== "arm") return { error: "bad-mode", id };
  const tries = number(given.get("rbTries") ?? "n1", 9);
  const timeout = number(given.get("rbTimeout") ?? "n10", 120);
  const retry = given.get("rbRetry") ?? "s0";
  if (tries === undefined || timeout === undefined || !/^s\d{1,3}(\.\d{1,3})*$/.test(retry))
    return { error: "bad-options", id };
  const imds = mode === "arm" ? undefined : url(given.get("rbImds"), imdsUrl);
  if (mode !== "arm" && imds === undefined) return { error: "bad-imds", id };
  const arm = mode === "imds" ? undefined : url(given.get("rbArm"), armUrl);
  if (mode !== "imds" && arm === undefined) return { error: "bad-arm", id };
  const token = mode === "arm" ? (given.get("rbToken") ?? "") : undefined;
  if (token !== undefined && !/^t[A-Za-z0-9._~+/=-]+$/.test(token)) return { error: "bad-token", id };
  return {
    mode,
    id,
    key,
    tries,
    timeoutS: timeout,
    retry: new Set(retry.slice(1).split(".").map(Number)),
    ...(imds !== undefined && { imds }),
    ...(arm !== undefined && { arm }),
    ...(token !== undefined && { token: token.slice(1) }),
  };
}
