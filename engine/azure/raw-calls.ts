// Requests to Resource Manager as they were asked for, without the models of an SDK, which drop what they do not know. They
// go through the pipeline of `@azure/arm-resources`, so that they are signed, watched and guarded like all others.

import type { OperationResponse, RunningOperation } from "@azure/core-lro";
import { createPipelineRequest, type HttpMethods, type PipelineResponse, RestError } from "@azure/core-rest-pipeline";
import type { Json, JsonObject } from "../value/json.ts";
import type { Clients } from "./clients.ts";
import type { ResourceCalls, Sent } from "./resource-calls.ts";
import { withSentinels } from "./wire.ts";

export const rawCalls: ResourceCalls = {
  get: (clients, id, apiVersion, query) => exchange(clients, "GET", addressOf(id, apiVersion, query)),
  async put(clients, id, apiVersion, body) {
    return begin(clients, "PUT", id, apiVersion, body);
  },
  async patch(clients, id, apiVersion, body) {
    return begin(clients, "PATCH", id, apiVersion, body);
  },
  async delete(clients, id, apiVersion) {
    return begin(clients, "DELETE", id, apiVersion);
  },
};

export function rawPost(clients: Clients, path: string, apiVersion: string, body?: JsonObject): Promise<Sent> {
  return begin(clients, "POST", path, apiVersion, body);
}

/** A poller of which another process kept the state. */
export async function restoreRawPoller(clients: Clients, state: string): Promise<Required<Sent>> {
  const { createHttpPoller } = await import("@azure/core-lro");
  const sendInitialRequest = (): never => {
    throw new Error("the operation was begun by an earlier request");
  };
  return { poller: createHttpPoller(running(clients, sendInitialRequest), { restoreFrom: state }) };
}

async function begin(
  clients: Clients,
  method: HttpMethods,
  path: string,
  apiVersion: string,
  body?: JsonObject,
): Promise<Sent> {
  const { createHttpPoller } = await import("@azure/core-lro");
  const send = () => exchange(clients, method, addressOf(path, apiVersion), body);
  return { poller: createHttpPoller(running(clients, send)) };
}

function running(clients: Clients, sendInitialRequest: () => Promise<OperationResponse>): RunningOperation {
  return { sendInitialRequest, sendPollRequest: (url) => exchange(clients, "GET", url) };
}

async function exchange(
  clients: Clients,
  method: HttpMethods,
  url: string,
  body?: JsonObject,
): Promise<OperationResponse> {
  const { pipeline } = await clients.resources();
  const text = body === undefined ? undefined : JSON.stringify(withSentinels(body));
  const request = createPipelineRequest({ method, url: new URL(url, clients.resourceManager).href });
  if (text !== undefined) request.body = text;
  request.headers.set("accept", "application/json");
  if (text !== undefined) request.headers.set("content-type", "application/json");
  const response = await pipeline.sendRequest(clients.transport(), request);
  if (response.status >= 400) throw refusal(response);
  return {
    flatResponse: undefined,
    rawResponse: {
      statusCode: response.status,
      headers: response.headers.toJSON(),
      request: { method, url: request.url },
      body: parsed(response.bodyAsText),
    },
  };
}

function refusal(response: PipelineResponse): RestError {
  const { status: statusCode, request } = response;
  return new RestError(`HTTP ${statusCode}`, { statusCode, request, response });
}

/** A path with its parts as a URL writes them. */
function addressOf(path: string, apiVersion: string, query: Readonly<Record<string, string>> = {}): string {
  const parts = path.split("/").map(encodeURIComponent).join("/");
  const more = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}&`);
  return `${parts}?${more.join("")}api-version=${encodeURIComponent(apiVersion)}`;
}

function parsed(text: string | null | undefined): Json {
  if (text === undefined || text === null || text === "") return null;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return null;
  }
}
