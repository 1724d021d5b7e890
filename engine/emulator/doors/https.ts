/** The doors of Resource Manager, sign-in and Graph: HTTPS, or HTTP for whoever measures. */
import { isIPv6 } from "node:net";
import type { Emulator } from "../emulator.ts";
import { AzureError, type Door } from "../wire.ts";
import { leafOf, makeAuthority, type Authority } from "./certificate.ts";
import { openWebDoor, type WebDoor, type WebRequest, type WebResponse } from "./web-door.ts";

export interface HttpsDoor {
  url: string;
  caPem: string;
  close(): Promise<void>;
}
export interface ArmDoorOptions {
  /** Absent: 127.0.0.1. */
  readonly host?: string;
  readonly port?: number;
  /** Asked before the emulator: what it answers never gets there. */
  readonly aside?: (request: WebRequest) => Promise<WebResponse> | undefined;
}

/** `authority` signs a certificate for the door; absent: one that nobody else knows. */
export async function openHttpsDoor(
  emulator: Emulator,
  {
    host = "127.0.0.1",
    port = 0,
    authority = makeAuthority(),
    aside,
  }: ArmDoorOptions & { readonly authority?: Authority } = {},
): Promise<HttpsDoor & WebDoor> {
  const names = ["localhost", "127.0.0.1", "::1", ...(/^(127\.0\.0\.1|::1?|0\.0\.0\.0)$/.test(host) ? [] : [host])];
  const door = await openWebDoor({
    host,
    port,
    tls: leafOf(authority, names),
    answer: (request) => aside?.(request) ?? answerArm(emulator, request, "https"),
    refuse: refuseArm,
  });
  const name = host === "127.0.0.1" || everywhere.has(host) ? "localhost" : inUrl(host);
  return { ...door, url: `https://${name}:${door.port}`, caPem: authority.certPem };
}

export async function openHttpDoor(
  emulator: Emulator,
  { host = "127.0.0.1", port = 0, aside }: ArmDoorOptions = {},
): Promise<WebDoor & { readonly url: string }> {
  const door = await openWebDoor({
    host,
    port,
    answer: (request) => aside?.(request) ?? answerArm(emulator, request, "http"),
    refuse: refuseArm,
  });
  return { ...door, url: `http://${inUrl(everywhere.get(host) ?? host)}:${door.port}` };
}

/** Where to call what listens at every address. */
const everywhere: ReadonlyMap<string, string> = new Map([
  ["0.0.0.0", "127.0.0.1"],
  ["::", "::1"],
]);
const inUrl = (host: string): string => (isIPv6(host) ? `[${host}]` : host);

export function answerArm(emulator: Emulator, request: WebRequest, door: Door): Promise<WebResponse> {
  const { method, url, headers, body, origin } = request;
  return emulator.handle({ method, url: `${origin}${url}`, headers, body, door });
}

/** What never reached the emulator: Azure's form all the same. */
export function refuseArm(status: number, code: string, message: string): WebResponse {
  const error = new AzureError(status, code, message).answer();
  return {
    status,
    headers: { "content-type": "application/json; charset=utf-8", "cache-control": "no-cache" },
    body: JSON.stringify(error.body),
  };
}
