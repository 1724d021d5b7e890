// A write that may have been sent before: by a process that was killed, or by an attempt whose answer never came. It looks
// first, so that nothing is made twice and nothing that others changed meanwhile is overwritten.

import type { Got, ResourceInput, Submitted, WriteInput } from "../run/activities.ts";
import { satisfies } from "../run/compare.ts";
import { basisOf } from "../run/digest.ts";
import { OperationError } from "../run/failure.ts";
import { factsOf, isFailedState } from "../steps/resource.ts";
import { isJsonObject, type Json } from "../value/json.ts";

/**
 * What the write would have been answered, when what it wants is there; `undefined` when it is to be sent. Throws when
 * the resource is neither as it was when the write was decided nor as the write wants it.
 */
export async function arrived(
  input: WriteInput,
  get: (of: ResourceInput) => Promise<Got>,
): Promise<Submitted | undefined> {
  const { type, id, apiVersion, body, creates, basis } = input;
  const found = await get({ type, id, ...(apiVersion !== undefined && { apiVersion }) });
  if (found.status === 404) {
    if (creates) return undefined;
    throw changed(`${id} was there when this run looked, and is gone now`);
  }
  if (isFailed(found.body)) return undefined;
  if (satisfies(found.body, body, factsOf(type, apiVersion))) return { status: 200, body: found.body };
  if (creates)
    throw changed(`${id} was absent when this run looked; now it is there, and not as this run would make it`);
  if (basis !== undefined && basis !== basisOf(found.body)) {
    throw changed(`${id} has changed since this run looked, and not to what this run would make of it`);
  }
  return undefined;
}

function changed(message: string): OperationError {
  const hint = "somebody else works on it; when it is as it should be, resume the run, which then looks again";
  return new OperationError({ origin: "azure", code: "ChangedMeanwhile", message, hint });
}

function isFailed(body: Json): boolean {
  const properties = isJsonObject(body) ? body["properties"] : undefined;
  return isJsonObject(properties) && isFailedState(properties["provisioningState"] as string | undefined);
}
