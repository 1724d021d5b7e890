// Pipeline policies that every client shares. The SDKs' models may drop what they do not know, and their results leave
// out headers; so the engine compares what goes out with what was asked for, and takes what comes back from the wire.

import { randomBytes } from "node:crypto";
import { AsyncLocalStorage } from "node:async_hooks";
import type { PipelinePolicy, PipelineRequest, PipelineResponse } from "@azure/core-rest-pipeline";
import { canonicalJson, isJsonObject, type Json } from "../value/json.ts";
import { readableBody } from "./readable-body.ts";
import { Secret } from "../value/secret.ts";
import type { Vault } from "../run/vault.ts";

/** Resource Manager ends a request of its own accord long before this. */
export const REQUEST_TIMEOUT_MS = 120_000;

/** What one SDK call may send, and what it was answered. */
export interface Exchange {
  /** Pins the api-version; absent where the call names its own. */
  readonly apiVersion?: string;
  /** The body as it must appear on the wire, with secrets as handles. */
  readonly body?: Json;
  readonly vault: Vault;
  /** A bearer token that replaces the engine's own credential. */
  readonly token?: Secret;
  /** Of the activity that the call belongs to. */
  readonly key?: string;
  readonly tap?: WireTap;
  /** Breaks the request off when it is aborted. */
  readonly givenUp?: AbortSignal;
  /** The last answer. */
  response?: WireResponse;
}

export interface WireResponse {
  readonly status: number;
  readonly body: Json;
  readonly requestId: string;
  /** In milliseconds. */
  readonly retryAfterMs?: number;
}

/** A request as it goes out, with secrets as handles and what it runs in a VM as a person can read it. */
export interface WireRequest {
  /** Of the activity that it belongs to, for example `vm/0.1/0:put.1`. */
  readonly key: string;
  readonly method: string;
  /** Path and query, without the server. */
  readonly url: string;
  /** `null` when there is none. */
  readonly body: Json;
}

/** Sees every request on its way out. */
export interface WireTap {
  /** Called before the request is sent; a throw keeps it from being sent. */
  sending(request: WireRequest): void;
  answered(request: WireRequest, response: WireResponse): void;
}

/** Tells of each request that changes something, once `guard` has let it through. */
export function reportingTap(guard: WireTap | undefined, onSend: (request: WireRequest) => void): WireTap {
  return {
    sending(request) {
      guard?.sending(request);
      if (request.method !== "GET" && request.method !== "HEAD") onSend(request);
    },
    answered: (request, response) => guard?.answered(request, response),
  };
}

const current = new AsyncLocalStorage<Exchange>();

/** The activity whose request is being made; `undefined` outside of any. */
export function currentKey(): string | undefined {
  return current.getStore()?.key;
}

/** Performs an SDK call; the policies below see `exchange`. */
export function exchanging<T>(exchange: Exchange, call: () => Promise<T>): Promise<T> {
  return current.run(exchange, call);
}

/** New in each process and never written: text that came from Azure cannot name a secret and have it put in. */
const MARK = `secret-${randomBytes(12).toString("hex")}`;
const SENTINEL = new RegExp(`${MARK}:([A-Za-z0-9_-]+):`, "g");

/** What stands for a secret in the models that are given to the SDKs: the value is put in on the way out. */
export function sentinelOf(secret: Secret): string {
  return `${MARK}:${Buffer.from(canonicalJson(secret)).toString("base64url")}:`;
}

/** JSON with sentinels in place of secrets. */
export function withSentinels(value: Json): unknown {
  if (value instanceof Secret) return sentinelOf(value);
  if (Array.isArray(value)) return value.map((item: Json) => withSentinels(item));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withSentinels(member as Json)]));
  }
  return value;
}

/** Pins the api-version, checks the body, and records the answer. Sees sentinels, never a secret. */
export const wirePolicy: PipelinePolicy = {
  name: "runbook-wire",
  async sendRequest(request, next) {
    const exchange = current.getStore();
    if (exchange === undefined) throw new Error("a request was made outside of any activity");
    const url = new URL(request.url);
    if (exchange.apiVersion !== undefined) {
      // A copy: the list changes under the loop.
      for (const name of Array.from(url.searchParams.keys()))
        if (name.toLowerCase() === "api-version") url.searchParams.delete(name);
      url.searchParams.set("api-version", exchange.apiVersion);
      // A scope with a leading slash gives a path with two of them.
      request.url = `${url.origin}${url.pathname.replace(/^\/+/, "/")}${url.search}`;
    }
    if (exchange.body !== undefined && request.method !== "GET") {
      const sent = typeof request.body === "string" ? (JSON.parse(request.body) as unknown) : undefined;
      if (canonicalJson(sent) !== canonicalJson(withSentinels(exchange.body))) {
        throw new Error(`the SDK would send another body than was asked for to ${url.pathname}; nothing was sent`);
      }
    }
    const { tap, vault, key, givenUp } = exchange;
    request.timeout ||= REQUEST_TIMEOUT_MS;
    if (givenUp) request.abortSignal = givenUp;
    const seen = tap && key !== undefined ? wireRequestOf(request, key) : undefined;
    if (seen) tap?.sending(seen);
    const response = await next(request);
    exchange.response = wireResponseOf(response);
    if (seen) tap?.answered(seen, { ...exchange.response, body: vault.redactJson(exchange.response.body) });
    return response;
  },
};

function wireRequestOf(request: PipelineRequest, key: string): WireRequest {
  const { origin } = new URL(request.url);
  const { method, body } = request;
  return {
    key,
    method,
    url: request.url.slice(origin.length),
    body: typeof body === "string" && body !== "" ? readableBody(withHandles(JSON.parse(body) as Json)) : null,
  };
}

/** The opposite of `withSentinels`. */
function withHandles(value: Json): Json {
  if (typeof value === "string") {
    if (!value.includes(MARK)) return value;
    const parts = value.split(SENTINEL).flatMap((part, index): Secret["parts"] => {
      if (index % 2 === 0) return part === "" ? [] : [part];
      return (Secret.revive(JSON.parse(Buffer.from(part, "base64url").toString())) as Secret).parts;
    });
    return parts.some((part) => typeof part === "object") ? new Secret(parts) : value;
  }
  if (Array.isArray(value)) return value.map((item: Json) => withHandles(item));
  if (isJsonObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withHandles(member)]));
  }
  return value;
}

/** The last policy before the wire: puts secrets in, and takes them out again before anything can log the request. */
export const revealPolicy: PipelinePolicy = {
  name: "runbook-reveal",
  async sendRequest(request, next) {
    const exchange = current.getStore();
    const { body } = request;
    const authorization = request.headers.get("authorization");
    if (exchange?.token !== undefined)
      request.headers.set("authorization", `Bearer ${exchange.vault.open(exchange.token)}`);
    if (exchange !== undefined && typeof body === "string" && body.includes(MARK)) {
      request.body = body.replace(SENTINEL, (_, encoded: string) => {
        const handle = Secret.revive(JSON.parse(Buffer.from(encoded, "base64url").toString()));
        return JSON.stringify(exchange.vault.open(handle as Secret)).slice(1, -1);
      });
    }
    try {
      return await next(request);
    } finally {
      if (body !== undefined) request.body = body;
      if (authorization === undefined) request.headers.delete("authorization");
      else request.headers.set("authorization", authorization);
    }
  },
};

function wireResponseOf(response: PipelineResponse): WireResponse {
  const { headers, bodyAsText } = response;
  const precise = headers.get("x-ms-retry-after-ms") ?? headers.get("retry-after-ms");
  const seconds = headers.get("retry-after");
  const retryAfterMs =
    precise !== undefined
      ? Number(precise)
      : seconds !== undefined
        ? retryAfter(seconds, headers.get("date"))
        : undefined;
  return {
    status: response.status,
    body: parse(bodyAsText),
    requestId: headers.get("x-ms-request-id") ?? "",
    ...(retryAfterMs !== undefined && !Number.isNaN(retryAfterMs) && { retryAfterMs }),
  };
}

/** Whole seconds or an HTTP date (RFC 9110, section 10.2.3), as milliseconds from the moment at which it was sent. */
function retryAfter(value: string, sent: string | undefined): number | undefined {
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const wait = Date.parse(value) - Date.parse(sent ?? "");
  return Number.isNaN(wait) ? undefined : Math.max(0, wait);
}

function parse(text: string | null | undefined): Json {
  if (text === undefined || text === null || text === "") return null;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}
