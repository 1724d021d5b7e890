/** Federated identity credentials: whom else's tokens a user-assigned identity takes for its own. */
import { lower, nameOf } from "../resource-id.ts";
import { inGroup, on } from "../routes/route.ts";
import { AzureError, type Answer, type Body } from "../wire.ts";
import { noContent, ok, requireEntry, type Context } from "./context.ts";
import { page } from "./lists.ts";

const parent = "Microsoft.ManagedIdentity/userAssignedIdentities";
const type = `${parent}/federatedIdentityCredentials`;
/** https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations */
const mostOfOne = 20;

const identityPath = (c: Context): string => c.id.path.split("/").slice(0, 9).join("/");
const requireIdentity = (c: Context): void => {
  const { id } = c;
  c.id = { ...id, path: identityPath(c), type: parent, types: id.types.slice(0, 1), names: id.names.slice(0, 1) };
  requireEntry(c);
  c.id = id;
};
const allOf = (c: Context) => {
  const start = `${lower(identityPath(c))}/`;
  return c.tx.list(c.id.scope, type).filter((e) => lower(e.id).startsWith(start));
};
function listCredentials(c: Context): Answer {
  requireIdentity(c);
  return page(
    c,
    allOf(c).map((e) => e.body),
  );
}
function getCredential(c: Context): Answer {
  requireIdentity(c);
  return ok(requireEntry(c).body);
}
function putCredential(c: Context): Answer {
  requireIdentity(c);
  const name = c.id.names[1] ?? "";
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]{2,119}$/.test(name))
    throw bad(
      `The resource name '${name}' is invalid: 3 to 120 letters, digits, '-' and '_', starting with a letter or digit.`,
    );
  const was = c.tx.get(c.id.path);
  const p: Body = c.body["properties"] ?? {};
  for (const field of ["issuer", "subject"])
    if (typeof p[field] !== "string" || p[field] === "") throw bad(`Federated credential needs properties.${field}.`);
  if (!/^https:\/\/[^\s/]+/i.test(String(p["issuer"])))
    throw bad(`Federated credential's issuer '${String(p["issuer"])}' is not an address that begins with https://.`);
  const audiences: unknown[] = p["audiences"] ?? [];
  if (audiences.length !== 1 || String(audiences[0]).trim() === "")
    throw bad("Federated credential needs exactly one value in properties.audiences.");
  const others = allOf(c).filter((e) => lower(e.id) !== lower(c.id.path));
  if (!was && others.length >= mostOfOne)
    throw bad(`Too many Federated Identity Credentials are configured on this identity. The limit is ${mostOfOne}.`);
  const isSame = (b: Body): boolean =>
    b["properties"].issuer === p["issuer"] && b["properties"].subject === p["subject"];
  const same = others.find((e) => isSame(e.body));
  if (same)
    throw new AzureError(
      409,
      "Conflict",
      `Issuer and subject combination already exists for this Managed Identity: federated credential '${nameOf(same.id)}'.`,
    );
  const id = was?.id ?? c.id.path;
  const { issuer, subject } = p;
  const body: Body = { id, name: nameOf(id), type, properties: { issuer, subject, audiences } };
  c.tx.put({ id, body, createdAt: was?.createdAt ?? c.tx.now });
  return { status: was ? 200 : 201, body };
}
const bad = (message: string): AzureError => new AzureError(400, "BadRequest", message);
function deleteCredential(c: Context): Answer {
  requireIdentity(c);
  const e = c.tx.get(c.id.path);
  if (!e) return noContent;
  c.tx.remove(e.id);
  return { status: 200 };
}
const collection = `${parent}/{resourceName}/federatedIdentityCredentials`;
const shape = { properties: { issuer: "string", subject: "string", audiences: ["string"] } } as const;
export const federatedCredentialRoutes = [
  ...on(inGroup(collection), ["GET", "FederatedIdentityCredentials_List", listCredentials]),
  ...on(
    inGroup(`${collection}/{federatedIdentityCredentialResourceName}`),
    ["GET", "FederatedIdentityCredentials_Get", getCredential],
    ["PUT", "FederatedIdentityCredentials_CreateOrUpdate", putCredential, { body: shape }],
    ["DELETE", "FederatedIdentityCredentials_Delete", deleteCredential],
  ),
];
