/** How far a deployment has come, and its operations: one for each resource of the template. */
import { lower, nameOf } from "../../resource-id.ts";
import { inGroup, on } from "../../routes/route.ts";
import type { Entry } from "../../store.ts";
import { gatewayError, type Answer, type Body } from "../../wire.ts";
import { ok, polite, type Context } from "../context.ts";
import { page } from "../lists.ts";
import { deploymentType as type, isRunning, requireDeployment, stateOf, type Made } from "./deployment.ts";

const above = (path: string, segments: number): string => path.split("/").slice(0, -segments).join("/");
function getStatus(c: Context): Answer {
  const e = c.tx.get(above(c.id.path, 2));
  if (!e || lower(String(e.hidden?.["operation"])) !== lower(nameOf(c.id.path)))
    throw gatewayError(
      404,
      "DeploymentOperationNotFound",
      `The deployment operation '${nameOf(c.id.path)}' could not be found.`,
    );
  const state = stateOf(e, c.tx.now);
  const running = isRunning(e, c.tx.now);
  return ok(
    {
      status: running ? "Running" : state,
      ...(e.hidden?.["error"] && !running ? { error: e.hidden["error"] as unknown } : {}),
    },
    running ? polite(c) : {},
  );
}
function operationOf(c: Context, e: Entry, m: Made): Body {
  const operationId = c.tx.invent.hex("deploymentOperation", m.id, 16).toUpperCase();
  const isDone = (c.tx.get(m.id)?.readyAt ?? 0) <= c.tx.now;
  return {
    id: `${e.id}/operations/${operationId}`,
    operationId,
    properties: {
      provisioningOperation: "Create",
      provisioningState: m.error ? "Failed" : isDone ? "Succeeded" : "Running",
      timestamp: new Date(e.createdAt).toISOString(),
      duration: "PT1S",
      statusCode: m.error ? String(m.status) : m.status === 201 ? "Created" : "OK",
      ...(m.error ? { statusMessage: { error: m.error } } : {}),
      targetResource: { id: m.id, resourceType: m.type, resourceName: m.name },
    },
  };
}
function listOperations(c: Context): Answer {
  const e = requireDeployment(c, above(c.id.path, 1));
  return page(
    c,
    ((e.hidden?.["made"] as Made[] | undefined) ?? []).map((m) => operationOf(c, e, m)),
  );
}
function getOperation(c: Context): Answer {
  const e = requireDeployment(c, above(c.id.path, 2));
  const found = ((e.hidden?.["made"] as Made[] | undefined) ?? [])
    .map((m) => operationOf(c, e, m))
    .find((o) => lower(String(o["operationId"])) === lower(nameOf(c.id.path)));
  if (!found)
    throw gatewayError(
      404,
      "DeploymentOperationNotFound",
      `The deployment operation '${nameOf(c.id.path)}' could not be found.`,
    );
  return ok(found);
}
const one = `${type}/{deploymentName}`;
export const deploymentOperationRoutes = [
  ...on(inGroup(`${one}/operationStatuses/{operationId}`), [
    "GET",
    "Operations_GetStatus",
    getStatus,
    { action: null, type },
  ]),
  ...[
    `${one}/operations`,
    `/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/deployments/{deploymentName}/operations`,
  ].flatMap((path) => {
    const whole = path.startsWith("/") ? path : inGroup(path);
    const inPath = (handler: (c: Context) => Answer) => (c: Context) => {
      const full = c.id.path.replace(
        /^(\/subscriptions\/[^/]+\/resourcegroups\/[^/]+)\/deployments\//i,
        `$1/providers/${type}/`,
      );
      c.id = { ...c.id, path: full };
      return handler(c);
    };
    const action = { action: "Microsoft.Resources/deployments/operations/read", type };
    return [
      ...on(whole, ["GET", "DeploymentOperations_List", inPath(listOperations), action]),
      ...on(`${whole}/{operationId}`, ["GET", "DeploymentOperations_Get", inPath(getOperation), action]),
    ];
  }),
];
