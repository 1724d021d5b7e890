// `arm-get`: reads anything of Azure Resource Manager.

import { idProblems, placeholderIn, typeDoubts } from "../arm-id.ts";
import { defineStep, type InputProblem, SecretString } from "../definition.ts";
import { armGet as get, guestArmGet } from "../operation.ts";
import { Type } from "../type.ts";
import { apiVersion } from "./arm-inputs.ts";
import { Patterned, vmId } from "./fields.ts";

export const armGet = defineStep({
  name: "arm-get",
  summary: "Read an ARM path, from inside a VM or from here, with a given token or the engine's own credential.",
  inputs: Type.Object(
    {
      path: Patterned(
        "^/",
        "expected a path that begins with `/`",
        "Any ARM path, for example the id of a resource. `{subscriptionId}` in it stands for the subscription of the run.",
      ),
      apiVersion,
      token: Type.Optional(SecretString({ description: "An access token. Default: the engine's own credential." })),
      vm: Type.Optional(vmId),
    },
    { additionalProperties: false },
  ),
  outputs: Type.Object({
    status: Type.Integer({ description: "HTTP status." }),
    body: Type.Unknown({ description: "What Azure answered." }),
    requestId: Type.String({ description: "Azure's own id of the request, for support." }),
  }),
  examples: [
    { title: "A resource group", with: { path: "${{ steps.group.outputs.id }}", apiVersion: "2021-04-01" } },
    {
      title: "The same, by an identity of a VM and from inside it",
      with: {
        vm: "${{ steps.vm.outputs.id }}",
        token: "${{ steps.token.outputs.accessToken }}",
        path: "${{ steps.group.outputs.id }}",
        apiVersion: "2021-04-01",
      },
      after: ["grant"],
    },
  ],
  check(known, written) {
    const vm = idProblems("/vm", known.vm, "Microsoft.Compute/virtualMachines");
    if (!written.has("vm") || written.has("token")) return [...pathProblems(known.path), ...vm];
    const message = "a request from inside a VM needs a `token`";
    const hint = "the engine's own credential stays here; get a token with get-imds-token";
    return [...pathProblems(known.path), ...vm, { at: "/vm", message, hint, isAboutKey: true }];
  },
  *run({ path, apiVersion: version, token, vm }) {
    if (vm === undefined) {
      const { status, body, requestId } = yield* get(path, version, token);
      return { status, body, requestId };
    }
    if (token === undefined)
      throw new Error("a request from inside a VM needs a `token`: the engine's own credential stays here");
    const { status, body, requestId } = yield* guestArmGet(vm, path, version, token);
    return { status, body, requestId };
  },
});

function pathProblems(path: string | undefined): readonly InputProblem[] {
  if (path === undefined) return [];
  const query = path.indexOf("?");
  if (query !== -1) {
    const hint = path.includes("api-version") ? "the version is an input of its own, `apiVersion`" : "remove it";
    return [
      { at: "/path", message: `a query begins at \`${path.slice(query, query + 20)}\`, expected a path alone`, hint },
    ];
  }
  const placeholder = placeholderIn(path.replace("{subscriptionId}", ""));
  if (placeholder === undefined) return typeDoubts("/path", path);
  return [
    { at: "/path", message: `the path still holds the placeholder ${placeholder}`, hint: "put in what it stands for" },
  ];
}
