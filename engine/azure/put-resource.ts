// One PUT outside of any run, with nothing of what a run does around it: for whoever prepares a target for a test.

import { createPipelineRequest } from "@azure/core-rest-pipeline";
import { OperationError } from "../run/failure.ts";
import type { Json } from "../value/json.ts";
import { inSubscription, type Target, tokenScope } from "./target.ts";

/** Rejects with an `OperationError` when it is refused. What it starts may go on after the answer. */
export async function putResource(target: Target, id: string, apiVersion: string, body: Json): Promise<void> {
  if (target.httpClient === undefined) throw new Error(`${target.description} is not in this process`);
  const token = await target.credential.getToken(tokenScope(target));
  const request = createPipelineRequest({
    url: `${target.resourceManager}${id}?api-version=${encodeURIComponent(apiVersion)}`,
    method: "PUT",
    body: inSubscription(JSON.stringify(body), target.subscriptionId),
  });
  request.headers.set("authorization", `Bearer ${token?.token ?? ""}`);
  request.headers.set("content-type", "application/json");
  const { status, bodyAsText } = await target.httpClient.sendRequest(request);
  if (status < 300) return;
  const { error } = JSON.parse(bodyAsText || "{}") as { error?: { code?: string; message?: string } };
  throw new OperationError({
    origin: "azure",
    message: error?.message ?? `HTTP ${status}`,
    status,
    ...(error?.code !== undefined && { code: error.code }),
  });
}
