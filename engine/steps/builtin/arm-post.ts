// `arm-post`: any action of Azure Resource Manager. The engine cannot know what an action does, so that it is not sent
// again on the engine's own account unless the author says that this does no harm.

import type { JsonObject } from "../../value/json.ts";
import { isStepAside, parseArmId, placeholderIn } from "../arm-id.ts";
import { defineStep, type InputProblem, SecretString } from "../definition.ts";
import { call } from "../operation.ts";
import { Type } from "../type.ts";
import { apiVersion, bodySecrets, withSecrets } from "./arm-inputs.ts";
import { Patterned } from "./fields.ts";

const pointer = Patterned("^/", "expected a JSON pointer such as /keys/0/value", "Where in the answer it is.");

export const armPost = defineStep({
  name: "arm-post",
  summary: "Perform any action of a resource, such as start or listKeys, and wait for its end.",
  inputs: Type.Object(
    {
      path: Patterned(
        "^/",
        "expected a path that begins with `/`",
        "ARM path that ends in the name of the action. `{subscriptionId}` in it stands for the subscription of the run.",
      ),
      apiVersion,
      body: Type.Optional(Type.Record(Type.String(), Type.Unknown(), { description: "What the action is given." })),
      secrets: bodySecrets,
      repeatable: Type.Optional(
        Type.Boolean({
          description:
            "Whether doing it twice is the same as doing it once, so that it may be sent again when no answer came. Default: for actions whose name begins with `list`.",
        }),
      ),
      secretAnswer: Type.Optional(
        Type.Record(Type.String(), pointer, {
          description:
            "Secrets in the answer: a name for each, and the JSON pointer to it, such as /keys/0/value. With it the answer is in `secrets` alone.",
        }),
      ),
    },
    { additionalProperties: false },
  ),
  outputs: Type.Object({
    status: Type.Integer({ description: "HTTP status; 0 when a resume was told to take the request for done." }),
    body: Type.Unknown({ description: "What Azure answered; null when it is secret." }),
    secrets: Type.Record(Type.String(), SecretString(), { description: "Those of `secretAnswer`, by name." }),
    requestId: Type.String({ description: "Azure's own id of the request, for support." }),
  }),
  examples: [
    {
      title: "A VM started anew",
      with: { path: "${{ steps.vm.outputs.id }}/restart", apiVersion: "2025-04-01", repeatable: true },
    },
  ],
  check: (known, written) => [
    ...pathProblems(known.path),
    ...(written.has("secretAnswer") ? [] : secretAnswerProblems(known.path)),
  ],
  *run({ path, apiVersion: version, body, secrets, repeatable, secretAnswer }) {
    if (isStepAside(path)) throw new Error(`"${path}" has a part "." or "..", which leads elsewhere`);
    const sent =
      body === undefined && secrets === undefined ? undefined : withSecrets((body ?? {}) as JsonObject, secrets);
    const answer = yield* call({
      path,
      apiVersion: version,
      ...(sent && { body: sent }),
      repeatable: repeatable ?? /^list/i.test(actionOf(path)),
      ...(secretAnswer && { secretAnswer }),
    });
    return { status: answer.status, body: answer.body, secrets: answer.secrets, requestId: answer.requestId };
  },
});

const actionOf = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

function pathProblems(path: string | undefined): readonly InputProblem[] {
  if (path === undefined) return [];
  const at = "/path";
  if (path.includes("?")) {
    const hint = path.includes("api-version") ? "the version is an input of its own, `apiVersion`" : "remove it";
    const query = path.slice(path.indexOf("?"), path.indexOf("?") + 20);
    return [{ at, message: `a query begins at \`${query}\`, expected a path alone`, hint }];
  }
  const placeholder = placeholderIn(path.replace("{subscriptionId}", ""));
  if (placeholder !== undefined) {
    return [{ at, message: `the path still holds the placeholder ${placeholder}`, hint: "put in what it stands for" }];
  }
  if (path.length > 1 && path.endsWith("/")) {
    return [{ at, message: "the path ends in a slash, expected the name of an action", hint: "for example …/restart" }];
  }
  const id = parseArmId(path);
  if (id?.type !== undefined || id?.group !== undefined) {
    const message = "this is the path of a resource, expected the name of an action behind it";
    return [{ at, message, hint: "for example …/restart", isDoubt: true }];
  }
  return isStepAside(path) ? [{ at, message: 'the path has a part "." or ".."', hint: "write the whole path" }] : [];
}

const GIVES_SECRETS =
  /^(list|regenerate|get|generate|renew).*(key|secret|credential|password|sas|connectionstring|token)/i;

/** Outputs are recorded. What gives keys must be told to keep them. */
function secretAnswerProblems(path: string | undefined): readonly InputProblem[] {
  const action = path === undefined ? "" : actionOf(path);
  if (!GIVES_SECRETS.test(action)) return [];
  const message = `what ${action} answers is secret, and would be recorded`;
  const hint = "name what is needed of it under `secretAnswer`, as in { key: /keys/0/value }";
  return [{ at: "/path", message, hint }];
}
