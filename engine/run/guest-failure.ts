// What an answer to a request inside a VM means when it is no success, in Azure's words, and what to do about it.

import { isJsonObject, type Json } from "../value/json.ts";
import type { GuestAnswer } from "./activities.ts";
import type { Failure } from "./failure.ts";

export function guestFailure(answer: GuestAnswer): Failure {
  const body = isJsonObject(answer.body) ? answer.body : {};
  // Resource Manager's errors are objects; IMDS has two strings.
  const error = isJsonObject(body["error"]) ? body["error"] : undefined;
  const code = textOf(error?.["code"]) ?? textOf(body["error"]);
  const message =
    textOf(error?.["message"]) ??
    textOf(body["error_description"]) ??
    `HTTP ${answer.status} from ${answer.stage === "imds" ? "the VM's metadata service" : "Azure Resource Manager"}`;
  const hint = HINTS.find(([stage, words]) => stage === answer.stage && words.test(`${code ?? ""} ${message}`))?.[2];
  return {
    origin: answer.stage === "imds" ? "guest" : "azure",
    message,
    status: answer.status,
    ...(code !== undefined && { code }),
    ...(answer.requestId !== "" && { requestId: answer.requestId }),
    ...(hint !== undefined && { hint }),
  };
}

const HINTS: readonly (readonly [stage: GuestAnswer["stage"], words: RegExp, hint: string])[] = [
  [
    "imds",
    /Identity not found/,
    "the VM has no such identity: assign one with `assign-identity`, or look at `clientId`, `objectId` and `resourceId`",
  ],
  [
    "imds",
    /Multiple user assigned identities/,
    "the VM has several identities: choose one with `clientId`, `objectId` or `resourceId`",
  ],
  ["imds", /invalid_resource/, "`resource` must be the URI of a service that this tenant knows"],
  ["imds", /HTTP (404|410|429|5\d\d)/, "the VM's metadata service is not ready; run it again in a minute"],
  [
    "arm",
    /^AuthorizationFailed /,
    "grant the identity a role at this scope with `grant-role`, and let this step need that one",
  ],
  [
    "arm",
    /^(InvalidAuthenticationToken|ExpiredAuthenticationToken)/,
    "the token must be for Resource Manager: `resource: https://management.azure.com/`, and not have expired",
  ],
];

const textOf = (value: Json | undefined): string | undefined => (typeof value === "string" ? value : undefined);
