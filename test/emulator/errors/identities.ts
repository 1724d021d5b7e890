/** What the identity provider refuses: names, identities that are not there, and whose tokens an identity takes for its own. */
import type { SdkWorld } from "../../support/sdk-world.ts";
import type { Row, Rows } from "./row.ts";

const row = (code: string, message: string, provoke: Row["provoke"], more: Partial<Row> = {}): Row => ({
  code,
  status: 400,
  message,
  provoke,
  ...more,
});
const trust = async (w: SdkWorld, name: string, more: object = {}) =>
  w.clients.identities.federatedIdentityCredentials.createOrUpdate("Lab", "mine", name, {
    issuer: "https://issuer.example",
    subject: `sub-${name}`,
    audiences: ["api://AzureADTokenExchange"],
    ...more,
  });
const untrusted = (what: string, message: string, name: string, more: object = {}): Row =>
  row(
    "BadRequest",
    message,
    async (w) => {
      await w.makeIdentity("mine");
      return trust(w, name, more);
    },
    { what },
  );

export const identities: Rows = [
  row(
    "InvalidResourceName",
    "The resource name 'me' is invalid: 3 to 128 letters, digits, '-' and '_', starting with a letter or digit.",
    async (w) => w.clients.identities.userAssignedIdentities.createOrUpdate("Lab", "me", { location: "eastus" }),
  ),
  row(
    "ResourceNotFound",
    "The Resource 'Microsoft.ManagedIdentity/userAssignedIdentities/none' under resource group 'Lab' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix",
    async (w) => w.clients.identities.userAssignedIdentities.get("Lab", "none"),
    { status: 404, isGateway: true },
  ),
  untrusted(
    "a credential's name",
    "The resource name 'me' is invalid: 3 to 120 letters, digits, '-' and '_', starting with a letter or digit.",
    "me",
  ),
  untrusted("no issuer", "Federated credential needs properties.issuer.", "one", { issuer: "" }),
  untrusted("two audiences", "Federated credential needs exactly one value in properties.audiences.", "one", {
    audiences: ["a", "b"],
  }),
  row(
    "BadRequest",
    "Too many Federated Identity Credentials are configured on this identity. The limit is 20.",
    async (w) => {
      await w.makeIdentity("mine");
      for (let n = 1; n <= 20; n++) await trust(w, `one${n}`);
      return trust(w, "toomany");
    },
    { what: "twenty-one credentials" },
  ),
  row(
    "Conflict",
    "Issuer and subject combination already exists for this Managed Identity: federated credential 'one'.",
    async (w) => {
      await w.makeIdentity("mine");
      await trust(w, "one", { subject: "same" });
      return trust(w, "two", { subject: "same" });
    },
    { status: 409 },
  ),
];
