// Inputs that the step types for any resource share.

import type { Secret } from "../../value/secret.ts";
import type { JsonObject } from "../../value/json.ts";
import { withValueAt } from "../../value/pointer.ts";
import { PATTERN_MESSAGE_KEYWORD, SecretString } from "../definition.ts";
import { Type } from "../type.ts";
import { Patterned } from "./fields.ts";

export const apiVersion = Patterned(
  "^\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])(-(preview|alpha|beta|rc|privatepreview))?$",
  "expected a date such as 2021-04-01, with or without -preview",
  "Version of the interface, for example 2021-04-01.",
);

export const resourceId = Type.String({
  description: "ARM id of the resource. `{subscriptionId}` in it stands for the subscription of the run.",
  minLength: 1,
});

const POINTER_RULE = "expected a JSON pointer such as /properties/adminPassword";

/** Values that a body holds and a file must not. */
export const bodySecrets = Type.Optional(
  Type.Record(Type.String(), SecretString(), {
    description: "Secrets, by the JSON pointer to where in the body they are put.",
    propertyNames: { pattern: "^/", [PATTERN_MESSAGE_KEYWORD]: POINTER_RULE },
  }),
);

export function withSecrets(body: JsonObject, secrets: Readonly<Record<string, Secret>> = {}): JsonObject {
  return Object.entries(secrets).reduce((whole, [pointer, secret]) => withValueAt(whole, pointer, secret), body);
}
