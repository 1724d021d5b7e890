/** Network security groups, the rules in them, and the six rules that every group has. */
import { lower } from "../../resource-id.ts";
import { inGroup, on } from "../../routes/route.ts";
import type { Shape } from "../../routes/shape.ts";
import type { Entry } from "../../store.ts";
import type { Answer, Body } from "../../wire.ts";
import { noContent, ok, requireEntry, requirePreconditions, type Context } from "../context.ts";
import {
  allInterfaces,
  bad,
  changePart,
  groups,
  knownInterfaces,
  networks,
  notThere,
  refersTo,
  requireName,
  requirePartNames,
  routesOf,
  shownPart,
  type NetworkType,
} from "./network-resource.ts";
import { requireNoConflict, requireRule } from "./security-rule.ts";

type Rule = readonly [
  name: string,
  text: string,
  priority: number,
  direction: string,
  access: string,
  from: string,
  to: string,
];
const defaults: readonly Rule[] = [
  [
    "AllowVnetInBound",
    "Allow inbound traffic from all VMs in VNET",
    65000,
    "Inbound",
    "Allow",
    "VirtualNetwork",
    "VirtualNetwork",
  ],
  [
    "AllowAzureLoadBalancerInBound",
    "Allow inbound traffic from azure load balancer",
    65001,
    "Inbound",
    "Allow",
    "AzureLoadBalancer",
    "*",
  ],
  ["DenyAllInBound", "Deny all inbound traffic", 65500, "Inbound", "Deny", "*", "*"],
  [
    "AllowVnetOutBound",
    "Allow outbound traffic from all VMs to all VMs in VNET",
    65000,
    "Outbound",
    "Allow",
    "VirtualNetwork",
    "VirtualNetwork",
  ],
  [
    "AllowInternetOutBound",
    "Allow outbound traffic from all VMs to Internet",
    65001,
    "Outbound",
    "Allow",
    "*",
    "Internet",
  ],
  ["DenyAllOutBound", "Deny all outbound traffic", 65500, "Outbound", "Deny", "*", "*"],
];
const lists = {
  sourcePortRanges: [],
  destinationPortRanges: [],
  sourceAddressPrefixes: [],
  destinationAddressPrefixes: [],
};
const defaultRules = (id: string): Body[] =>
  defaults.map(([name, description, priority, direction, access, sourceAddressPrefix, destinationAddressPrefix]) => ({
    name,
    id: `${id}/defaultSecurityRules/${name}`,
    etag: "",
    type: `${groups}/defaultSecurityRules`,
    properties: {
      provisioningState: "Updating",
      description,
      protocol: "*",
      sourcePortRange: "*",
      destinationPortRange: "*",
      sourceAddressPrefix,
      destinationAddressPrefix,
      access,
      priority,
      direction,
      ...lists,
    },
  }));

const ruleShape: Shape = {
  name: "string",
  properties: {
    description: "string",
    protocol: "string",
    sourcePortRange: "string",
    destinationPortRange: "string",
    sourceAddressPrefix: "string",
    destinationAddressPrefix: "string",
    sourcePortRanges: ["string"],
    destinationPortRanges: ["string"],
    sourceAddressPrefixes: ["string"],
    destinationAddressPrefixes: ["string"],
    access: "string",
    priority: "number",
    direction: "string",
  },
};
function ruleOf(id: string, given: Body): Body {
  const p: Body = given["properties"] ?? {};
  const name = String(given["name"]);
  requireRule(`${id}/securityRules/${name}`, p);
  return {
    name,
    id: `${id}/securityRules/${name}`,
    etag: "",
    type: `${groups}/securityRules`,
    properties: {
      provisioningState: "Updating",
      ...p,
      ...Object.fromEntries(Object.entries(lists).map(([k, v]) => [k, p[k] ?? v])),
    },
  };
}
const idsOf = (entries: readonly Entry[], id: string): Body[] =>
  entries
    .filter((n) => refersTo(n.body["properties"].networkSecurityGroup as Body | undefined, id))
    .map((n) => ({ id: n.id }));
const subnetsOf = (vnets: readonly Entry[], id: string): Body[] =>
  vnets
    .flatMap((v) => (v.body["properties"].subnets as Body[] | undefined) ?? [])
    .filter((s) => refersTo(s["properties"]?.networkSecurityGroup as Body | undefined, id))
    .map((s) => ({ id: s["id"] as unknown }));

const groupType: NetworkType = {
  type: groups,
  operations: "NetworkSecurityGroups",
  shape: { location: "string", tags: "map", properties: { securityRules: [ruleShape] } },
  properties(c, id) {
    const given: Body = c.body["properties"] ?? {};
    const rules: Body[] = given["securityRules"] ?? [];
    requirePartNames(rules, "properties.securityRules", groups);
    const securityRules = rules.map((r) => ruleOf(id, r));
    requireNoConflict(securityRules);
    const { networkInterfaces: _n, subnets: _s, defaultSecurityRules: _d, ...rest } = given;
    return { ...rest, securityRules, defaultSecurityRules: defaultRules(id) };
  },
  shown(c, e) {
    const networkInterfaces = idsOf(knownInterfaces(c.tx), e.id);
    const subnets = subnetsOf(c.tx.allOfType(networks), e.id);
    return { ...(networkInterfaces.length ? { networkInterfaces } : {}), ...(subnets.length ? { subnets } : {}) };
  },
  requireUnused(c, e) {
    const by = [
      ...idsOf(allInterfaces(c), e.id),
      ...subnetsOf(c.tx.list(`/subscriptions/${c.id.subscription}`, networks), e.id),
    ];
    if (by.length)
      throw bad(
        "InUseNetworkSecurityGroupCannotBeDeleted",
        `Network security group ${e.id} cannot be deleted because it is in use by the following resources: ${by.map((b) => b["id"]).join(", ")}. In order to delete the Network security group, remove the association with the resource(s). To learn how to do this, see aka.ms/deletensg.`,
      );
  },
};

const wholeOf = (c: Context): Entry => requireEntry(c, c.id.path.split("/").slice(0, 9).join("/"));
const rulesIn = (e: Entry, kind: string): Body[] => (e.body["properties"][kind] as Body[] | undefined) ?? [];
const kindOf = (c: Context): string =>
  /\/defaultSecurityRules(\/|$)/i.test(c.id.path) ? "defaultSecurityRules" : "securityRules";
function listRules(c: Context): Answer {
  const whole = wholeOf(c);
  return ok({ value: rulesIn(whole, kindOf(c)).map((r) => shownPart(c, whole, r)) });
}
function getRule(c: Context): Answer {
  const whole = wholeOf(c);
  const rule = rulesIn(whole, kindOf(c)).find((r) => lower(String(r["name"])) === lower(c.id.names[1] ?? ""));
  if (!rule) throw notThere(c.id.path);
  const body = shownPart(c, whole, rule);
  return ok(body, { etag: String(body["etag"]) });
}
function putRule(c: Context): Answer {
  const whole = wholeOf(c);
  const rules = rulesIn(whole, "securityRules");
  const at = rules.findIndex((r) => lower(String(r["name"])) === lower(c.id.names[1] ?? ""));
  requireName(c.id.names[1] ?? "");
  const was = rules[at];
  requirePreconditions(c, was && shownPart(c, whole, was)["etag"]);
  const rule = ruleOf(whole.id, {
    name: at < 0 ? c.id.names[1] : rules[at]?.["name"],
    properties: c.body["properties"] as unknown,
  });
  const changed = at < 0 ? [...rules, rule] : rules.with(at, rule);
  requireNoConflict(changed);
  whole.body["properties"].securityRules = changed;
  return changePart(c, whole, rule, at < 0 ? 201 : 200);
}
function deleteRule(c: Context): Answer {
  const whole = wholeOf(c);
  const rules = rulesIn(whole, "securityRules");
  const left = rules.filter((r) => lower(String(r["name"])) !== lower(c.id.names[1] ?? ""));
  const gone = rules.find((r) => !left.includes(r));
  if (gone === undefined) return noContent;
  requirePreconditions(c, shownPart(c, whole, gone)["etag"]);
  whole.body["properties"].securityRules = left;
  return changePart(c, whole, undefined, 202);
}
const one = `${groups}/{networkSecurityGroupName}`;
export const securityGroupRoutes = [
  ...routesOf(groupType),
  ...on(inGroup(`${one}/securityRules`), ["GET", "SecurityRules_List", listRules]),
  ...on(
    inGroup(`${one}/securityRules/{securityRuleName}`),
    ["GET", "SecurityRules_Get", getRule],
    ["PUT", "SecurityRules_CreateOrUpdate", putRule, { body: ruleShape }],
    ["DELETE", "SecurityRules_Delete", deleteRule],
  ),
  ...on(inGroup(`${one}/defaultSecurityRules`), ["GET", "DefaultSecurityRules_List", listRules]),
  ...on(inGroup(`${one}/defaultSecurityRules/{name}`), ["GET", "DefaultSecurityRules_Get", getRule]),
];
