// Reads of a target and nothing else: all that a plan may send.

import {
  bearerTokenAuthenticationPolicy,
  createDefaultHttpClient,
  createPipelineFromOptions,
  createPipelineRequest,
  type PipelinePolicy,
} from "@azure/core-rest-pipeline";
import pRetry from "p-retry";
import type { Clock } from "../run/clock.ts";
import { failureOf, OperationError } from "../run/failure.ts";
import { transientDelayMs } from "../run/retry.ts";
import { isJsonObject, type Json, type JsonObject } from "../value/json.ts";
import { type Target, tokenScope } from "./target.ts";

export interface TargetReader {
  /** `null` when it does not exist. Throws an `OperationError` when the target refuses. */
  get(path: string, apiVersion: string, query?: Readonly<Record<string, string>>): Promise<JsonObject | null>;
  /** Every page of a collection; empty when what holds it does not exist. */
  list(path: string, apiVersion: string, query?: Readonly<Record<string, string>>): Promise<readonly JsonObject[]>;
}

/** The last word before the wire: whatever is not a GET stays here. */
const readOnly: PipelinePolicy = {
  name: "runbook-read-only",
  async sendRequest(request, next) {
    if (request.method !== "GET") throw new Error(`a plan only reads; ${request.method} ${request.url} was not sent`);
    return next(request);
  },
};

export function readerFor(target: Target, clock: Clock): TargetReader {
  const pipeline = createPipelineFromOptions({
    retryOptions: { maxRetries: 0 },
    ...(target.ca !== undefined && { tlsOptions: { ca: target.ca } }),
  });
  const scopes = [tokenScope(target)];
  pipeline.addPolicy(bearerTokenAuthenticationPolicy({ credential: target.credential, scopes }), { phase: "Sign" });
  pipeline.addPolicy(readOnly, { afterPhase: "Sign" });
  const client = target.httpClient ?? createDefaultHttpClient();

  const once = async (url: string): Promise<Json> => {
    const response = await pipeline.sendRequest(client, createPipelineRequest({ url, method: "GET" }));
    const body = bodyOf(response.bodyAsText);
    if (response.status === 404) return null;
    if (response.status < 300) return body;
    const error = isJsonObject(body) && isJsonObject(body["error"]) ? body["error"] : {};
    const retryAfter = Number(response.headers.get("retry-after"));
    throw new OperationError({
      origin: "azure",
      message: typeof error["message"] === "string" ? error["message"] : `HTTP ${response.status}`,
      ...(typeof error["code"] === "string" && { code: error["code"] }),
      status: response.status,
      ...(retryAfter > 0 && { retryAfterMs: retryAfter * 1000 }),
    });
  };
  const patiently = (url: string): Promise<Json> => {
    let delayMs: number | undefined;
    return pRetry(() => once(url), {
      retries: 20,
      minTimeout: 0,
      shouldRetry: async ({ error, attemptNumber }) => {
        delayMs = transientDelayMs(failureOf(error, "internal"), attemptNumber, true);
        if (delayMs === undefined) return false;
        await clock.sleep(delayMs);
        return true;
      },
    });
  };
  const address = (path: string, apiVersion: string, query: Readonly<Record<string, string>> = {}): string =>
    `${target.resourceManager}${path}?${new URLSearchParams({ ...query, "api-version": apiVersion }).toString()}`;
  return {
    async get(path, apiVersion, query) {
      const body = await patiently(address(path, apiVersion, query));
      return isJsonObject(body) ? body : null;
    },
    async list(path, apiVersion, query) {
      const items: JsonObject[] = [];
      let next: Json | undefined = address(path, apiVersion, query);
      while (typeof next === "string" && next !== "") {
        // A token is for one server: a page elsewhere would give it away.
        if (!next.startsWith(`${target.resourceManager}/`)) throw new Error(`a page of ${path} is on another server`);
        const page = await patiently(next);
        if (!isJsonObject(page)) break;
        if (Array.isArray(page["value"])) items.push(...(page["value"] as readonly JsonObject[]));
        next = page["nextLink"];
      }
      return items;
    },
  };
}

function bodyOf(text: string | null | undefined): Json {
  if (text === undefined || text === null || text === "") return null;
  try {
    // Plain JSON: no answer can make a handle to a secret.
    return JSON.parse(text) as Json;
  } catch {
    return null;
  }
}
