/** Template deployments into a resource group: every resource of the template is written through its own operation. */
import { createHash } from "node:crypto";
import { groupPath, nameOf, parseId } from "../../resource-id.ts";
import { inGroup, on } from "../../routes/route.ts";
import { requireShape, withoutNulls } from "../../routes/shape.ts";
import type { Entry } from "../../store.ts";
import { AzureError, gatewayError, notEmulated, type Answer, type Body } from "../../wire.ts";
import { noContent, ok, polite, requireGroup, type Context } from "../context.ts";
import { page } from "../lists.ts";
import { deploymentOperationRoutes } from "./deployment-operations.ts";
import { resolve } from "./expressions.ts";
import { deploymentType as type, isRunning, requireDeployment, stateOf, type Made } from "./deployment.ts";
import { planOf, shownPlan, shownType, type Plan, type Wanted } from "./template.ts";

function planFor(c: Context, p: Body): Plan {
  const template: Body | undefined = withoutNulls(p["template"] ?? undefined);
  if (p["externalInputs"] !== undefined || p["externalInputDefinitions"] !== undefined)
    throw notEmulated("parameters from outside of a deployment (externalInputs)");
  if (template === undefined) {
    if (p["templateLink"] !== undefined) throw notEmulated("templates behind a link");
    throw gatewayError(
      400,
      "InvalidRequestContent",
      "The request content was invalid and could not be deserialized: 'Required property 'template' not found in JSON.'.",
    );
  }
  if (!/^(incremental|complete)$/i.test(String(p["mode"] ?? "")))
    throw gatewayError(
      400,
      "InvalidRequestContent",
      `The request content was invalid and could not be deserialized: 'Error converting value "${String(p["mode"] ?? "")}" to type 'DeploymentMode'.'.`,
    );
  if (/^complete$/i.test(String(p["mode"]))) throw notEmulated("deployments in complete mode");
  const given: Body = withoutNulls(p["parameters"] ?? {});
  for (const [part, values] of Object.entries({ parameters: given, "template.parameters": template["parameters"] }))
    for (const [name, value] of Object.entries((values ?? {}) as Body))
      requireShape(value, "object", `properties.${part}.${name}`);
  const group = requireGroup(c);
  const plan = planOf(template, given, {
    apiVersion: c.apiVersion,
    subscriptionId: String(c.id.subscription),
    tenantId: c.tx.tenantId,
    group: { id: group.id, name: nameOf(group.id), location: String(group.body["location"]) },
    reference: (id) => referenceTo(c, id),
  });
  // Deployments that the template makes in other groups.
  for (const { id } of plan.resources) requireGroup({ ...c, id: parseId(id) });
  return plan;
}
/** The properties of a resource, or of the identity that it has of its own. */
function referenceTo(c: Context, id: string): Body {
  const owner = /^(.+)\/providers\/Microsoft\.ManagedIdentity\/identities\/default$/i.exec(id)?.[1];
  const there = owner === undefined ? c.tx.get(id) : null;
  // It is worked out here and told when all is done.
  if (there)
    return { ...there.body["properties"], ...(there.readyAt === undefined ? {} : { provisioningState: "Succeeded" }) };
  if (owner === undefined) return {};
  const { principalId, tenantId }: Body = c.tx.get(owner)?.body["identity"] ?? {};
  return principalId === undefined ? {} : { principalId: principalId as unknown, tenantId: tenantId as unknown };
}
/** Writes them one after the other; the first that is refused ends it. What was written before stays. */
function make(c: Context, resources: readonly Wanted[]): Made[] {
  const made: Made[] = [];
  for (const r of resources) {
    const before = new Map(c.tx.writes);
    const shown = { id: r.id, type: r.type, name: r.name };
    const body = r.body();
    try {
      const answer = c.send("PUT", r.id, r.apiVersion, body);
      made.push({ ...shown, status: answer.status });
    } catch (e) {
      if (!(e instanceof AzureError)) throw e;
      c.tx.writes.clear();
      for (const [k, v] of before) c.tx.writes.set(k, v);
      made.push({ ...shown, status: e.status, error: { code: e.code, message: e.message, ...e.extra } });
      return made;
    }
  }
  return made;
}
/** Found before anything is made, as Azure's preflight finds them. */
const preflight =
  /^(Invalid(Parameter|RequestFormat|RequestContent|ResourceName|ResourceType|ResourceNamespace|ApiVersionParameter)|BadRequest|NoRegisteredProviderFound|LocationRequired|PlatformImageNotFound|OperationNotAllowed|SkuNotAvailable|QuotaExceeded|LinkedInvalidPropertyId|LocationNotAvailableForResourceType|AuthorizationFailed|LinkedAuthorizationFailed|MissingSubscriptionRegistration)$/;
/** Where the compute provider still says that an operation is not allowed, the preflight has a word of its own. */
const inPreflight = (error: Body): Body =>
  error["code"] === "OperationNotAllowed" && /exceeding approved .* quota/.test(String(error["message"]))
    ? { ...error, code: "QuotaExceeded" }
    : error;
const invalid = (c: Context, error: Body): AzureError =>
  gatewayError(
    400,
    "InvalidTemplateDeployment",
    `The template deployment '${c.id.names[0]}' is not valid according to the validation procedure. The tracking id is '${c.tx.invent.guid("tracking", `${c.id.path}|${c.tx.now}`)}'. See inner errors for details.`,
    { details: [inPreflight(error)] },
  );

/** What has a plan is bought before anything is made. The misspelling is Azure's. */
function requirePurchase(c: Context, plan: Plan): void {
  if (c.tx.limits.mayPurchase || plan.resources.every(({ isBought }) => !isBought)) return;
  const why =
    '{"error":{"code":"AccountSetupError","message":"You cannot purchase reservation because required AAD tenant information is missing. Please ask your tenant admin to fill this form: https://aka.ms/orgprofile"}}';
  throw gatewayError(
    400,
    "MarketplacePurchaseEligibilityFailed",
    "Marketplace purchase eligibilty check returned errors. See inner errors for details. ",
    { details: [{ code: "BadRequest", message: why }] },
  );
}

/** `NewNSG` is told as `newNSG`, `VMSS` as `vmss`. */
const camelCase = (name: string): string =>
  name.replace(/^[A-Z]+(?![a-z])|^[A-Z](?=[a-z])/, (start) => start.toLowerCase());
const duration = (ms: number): string => {
  const minutes = Math.floor(ms / 60_000);
  return `PT${minutes > 0 ? `${minutes}M` : ""}${((ms % 60_000) / 1000).toFixed(7)}S`;
};
function view(c: Context, e: Entry): Body {
  const { now } = c.tx;
  const state = stateOf(e, now);
  const made: Made[] = e.hidden?.["made"] ?? [];
  const done = !isRunning(e, now);
  return {
    ...e.body,
    properties: {
      ...e.body["properties"],
      provisioningState: state,
      timestamp: new Date(Math.min(now, e.readyAt ?? now)).toISOString(),
      duration: duration(Math.max(1, Math.min(now, e.readyAt ?? now) - e.createdAt)),
      ...(done && state === "Succeeded"
        ? {
            outputs: e.hidden?.["outputs"] ?? {},
            outputResources: made.map((m) => ({ id: m.id })).toSorted((a, b) => (a.id < b.id ? -1 : 1)),
          }
        : {}),
      ...(done && e.hidden?.["error"] ? { error: e.hidden["error"] as unknown } : {}),
    },
  };
}
function putDeployment(c: Context): Answer {
  requireGroup(c);
  const name = c.id.names[0] ?? "";
  if (!/^[\w.()-]{1,64}$/.test(name))
    throw gatewayError(
      400,
      "InvalidDeploymentName",
      `The deployment name '${name}' is invalid: 1 to 64 letters, digits, '-', '_', '.' and parentheses.`,
    );
  const was = c.tx.get(c.id.path);
  if (was && isRunning(was, c.tx.now))
    throw gatewayError(
      409,
      "DeploymentActive",
      `Unable to edit or replace deployment '${name}': previous deployment from '${new Date(was.createdAt).toISOString()}' is still active (expiration time is '${new Date(was.createdAt + 604_800_000).toISOString()}'). Please see https://aka.ms/arm-deploy for usage details.`,
    );
  const p: Body = c.body["properties"] ?? {};
  const plan = planFor(c, p);
  requirePurchase(c, plan);
  const made = make(c, plan.resources);
  const failed = made.find((m) => m.error !== undefined);
  if (failed?.error && preflight.test(String(failed.error["code"]))) throw invalid(c, failed.error);
  const readyAt = Math.max(c.tx.now, ...made.map((m) => c.tx.get(m.id)?.readyAt ?? 0));
  const id = was?.id ?? `${groupPath(c.id)}/providers/${type}/${name}`;
  const operation = BigInt(`0x${c.tx.invent.hex("deployment", `${id}|${c.tx.now}`, 16)}`)
    .toString()
    .padStart(20, "0");
  const outputs = failed
    ? {}
    : Object.fromEntries(
        Object.entries<Body>(plan.outputs).map(([k, o]) => [
          camelCase(k),
          { type: shownType(String(o["type"])), value: resolve(o["value"], plan.scope) },
        ]),
      );
  const e: Entry = {
    id,
    createdAt: c.tx.now,
    readyAt: failed ? Math.max(readyAt, c.tx.now + c.tx.latency.networkMs) : readyAt,
    body: {
      id,
      name: nameOf(id),
      type,
      ...(c.body["tags"] === undefined ? {} : { tags: c.body["tags"] as unknown }),
      properties: {
        templateHash: BigInt(
          `0x${createHash("sha256").update(JSON.stringify(p["template"])).digest("hex").slice(0, 15)}`,
        ).toString(),
        parameters: plan.parameters,
        mode: "Incremental",
        correlationId: c.tx.invent.guid("correlation", `${id}|${c.tx.now}`),
        ...shownPlan(plan),
      },
    },
    hidden: {
      operation,
      made,
      outputs,
      template: p["template"] as unknown,
      ...(failed
        ? {
            outcome: "Failed",
            error: {
              code: "DeploymentFailed",
              message:
                "At least one resource deployment operation failed. Please list deployment operations for details. Please see https://aka.ms/arm-deployment-operations for usage details.",
              details: [failed.error],
            },
          }
        : {}),
    },
  };
  c.tx.put(e);
  const status = `${c.origin}${c.id.path}/operationStatuses/${operation}?api-version=${c.apiVersion}`;
  return { status: was ? 200 : 201, body: view(c, e), headers: { "azure-asyncoperation": status, ...polite(c) } };
}
const getDeployment = (c: Context): Answer => ok(view(c, requireDeployment(c)));
function headDeployment(c: Context): Answer {
  requireDeployment(c);
  return noContent;
}
const listDeployments = (c: Context): Answer => {
  requireGroup(c);
  return page(
    c,
    c.tx.list(groupPath(c.id), type).map((e) => view(c, e)),
  );
};
function deleteDeployment(c: Context): Answer {
  requireGroup(c);
  const e = c.tx.get(c.id.path);
  if (!e) return noContent;
  if (isRunning(e, c.tx.now))
    throw gatewayError(
      409,
      "DeploymentActive",
      `The deployment '${nameOf(e.id)}' is still active and cannot be deleted.`,
    );
  c.tx.remove(e.id);
  return noContent;
}
function cancelDeployment(c: Context): Answer {
  const e = requireDeployment(c);
  if (!isRunning(e, c.tx.now))
    throw gatewayError(
      409,
      "DeploymentCannotBeCancelled",
      `The deployment '${nameOf(e.id)}' cannot be cancelled because it is not running.`,
    );
  c.tx.put({ ...e, readyAt: c.tx.now, hidden: { ...e.hidden, outcome: "Canceled" } });
  return noContent;
}
function validateDeployment(c: Context): Answer {
  requireGroup(c);
  const p: Body = c.body["properties"] ?? {};
  const plan = planFor(c, p);
  // Tried out, and taken back.
  const before = new Map(c.tx.writes);
  const failed = make(c, plan.resources).find((m) => m.error !== undefined);
  c.tx.writes.clear();
  for (const [k, v] of before) c.tx.writes.set(k, v);
  if (failed?.error) throw invalid(c, failed.error);
  return ok({
    id: c.id.path,
    name: c.id.names[0],
    ...(c.apiVersion < "2019-05-01" ? {} : { type }),
    properties: {
      templateHash: BigInt(
        `0x${createHash("sha256").update(JSON.stringify(p["template"])).digest("hex").slice(0, 15)}`,
      ).toString(),
      parameters: plan.parameters,
      mode: "Incremental",
      provisioningState: "Succeeded",
      timestamp: new Date(c.tx.now).toISOString(),
      duration: "PT0S",
      correlationId: c.tx.invent.guid("correlation", `${c.id.path}|${c.tx.now}`),
      ...shownPlan(plan),
      validatedResources: plan.resources.map((r) =>
        c.apiVersion < "2019-05-01"
          ? { ...r.body(), apiVersion: r.apiVersion, id: r.id, name: r.name, type: r.type }
          : { id: r.id },
      ),
    },
  });
}
const exportTemplate = (c: Context): Answer =>
  ok({ template: (requireDeployment(c).hidden?.["template"] as unknown) ?? {} });
const body = {
  tags: "map",
  properties: {
    mode: "string",
    template: {
      parameters: "object",
      variables: "object",
      resources: [{ type: "string", name: "string", apiVersion: "string", dependsOn: ["string"] }],
      outputs: "object",
    },
    parameters: "object",
  },
} as const;
const one = `${type}/{deploymentName}`;
export const deploymentRoutes = [
  ...on(inGroup(type), ["GET", "Deployments_ListByResourceGroup", listDeployments]),
  ...on(
    inGroup(one),
    ["GET", "Deployments_Get", getDeployment],
    ["HEAD", "Deployments_CheckExistence", headDeployment],
    ["PUT", "Deployments_CreateOrUpdate", putDeployment, { body }],
    ["DELETE", "Deployments_Delete", deleteDeployment],
  ),
  ...on(inGroup(`${one}/validate`), ["POST", "Deployments_Validate", validateDeployment, { body }]),
  ...on(inGroup(`${one}/cancel`), ["POST", "Deployments_Cancel", cancelDeployment]),
  ...on(inGroup(`${one}/exportTemplate`), ["POST", "Deployments_ExportTemplate", exportTemplate]),
  ...deploymentOperationRoutes,
];
