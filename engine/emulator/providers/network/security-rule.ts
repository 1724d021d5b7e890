/** What Azure refuses in a security rule: its priority, its ports and its addresses. */
import { lower } from "../../resource-id.ts";
import type { AzureError, Body } from "../../wire.ts";
import { addressOf } from "./addresses.ts";
import { bad } from "./network-resource.ts";

const isPort = (text: string): boolean => {
  const [from = "", to = from, ...rest] = text.split("-");
  return (
    rest.length === 0 &&
    [from, to].every((p) => /^\d{1,5}$/.test(p) && Number(p) <= 65535) &&
    Number(from) <= Number(to)
  );
};
/**
 * Names for the addresses of a service, alone or with a region behind a period:
 * https://learn.microsoft.com/azure/virtual-network/service-tags-overview. Most begin as their product does.
 */
const tag =
  /^(azure\w*|microsoft\w*|dynamics365\w*|office\w*|power(bi|platform\w*|queryonline)|apimanagement|actiongroup|applicationinsightsavailability|app(configuration|service(management)?)|autonomousdevelopmentplatform|batchnodemanagement|chaosstudio|cognitiveservices(frontend|management)|corpnet\w*|datafactory(management)?|eopexternalpublishedips|eventhub|gatewaymanager|genevaactions|guestandhybridmanagement|hdinsight|internet|kustoanalytics|logicapps(management)?|m365managementactivityapi(webhook)?|onedscollector|scuba|securitycenter|serialconsole|service(bus|fabric)|sql(management)?|storage(syncservice|mover)?|videoindexer|virtual(desktop|network)|windows(admincenter|virtualdesktop))(\.\w+)*$/i;

/**
 * A network's own address, or one address; recorded Azure reads a whole number as one too ("111" is 0.0.0.111). Of IPv6 only
 * the characters are looked at.
 */
function isAddress(text: string): boolean {
  if (text === "*" || tag.test(text)) return true;
  if (/^\d{1,10}$/.test(text)) return Number(text) < 2 ** 32;
  const [base = "", bits, ...rest] = text.split("/");
  if (rest.length > 0) return false;
  const size = bits === undefined ? undefined : /^\d{1,3}$/.test(bits) ? Number(bits) : -1;
  if (base.includes(":")) return /^[0-9a-f:.]{2,45}$/i.test(base) && (size === undefined || (size >= 0 && size <= 128));
  const first = addressOf(base);
  if (first === undefined) return false;
  return size === undefined || (size >= 0 && size <= 32 && first % 2 ** (32 - size) === 0);
}
const given = (p: Body, one: string, many: string): string[] =>
  [p[one], ...((p[many] as unknown[] | undefined) ?? [])]
    .filter((x) => x !== undefined && x !== null && x !== "")
    .map(String);

/** Each end has an address, a group of applications in its stead, and ports. */
function requireEnd(id: string, p: Body, end: string): void {
  const missing = (which: string): AzureError =>
    bad(
      "SecurityRuleParametersMissing",
      `Required security rule parameters are missing for security rule with Id: ${id}. Security rule must specify ${which}.`,
    );
  const name = `${end.charAt(0).toUpperCase()}${end.slice(1)}`;
  const applications = (p[`${end}ApplicationSecurityGroups`] as unknown[] | undefined)?.length ?? 0;
  if (given(p, `${end}AddressPrefix`, `${end}AddressPrefixes`).length + applications === 0)
    throw missing(`${name}AddressPrefixes, ${name}AddressPrefix, or ${name}ApplicationSecurityGroups`);
  if (given(p, `${end}PortRange`, `${end}PortRanges`).length === 0)
    throw missing(`${name}PortRanges or ${name}PortRange`);
}
export function requireRule(id: string, p: Body): void {
  for (const field of ["protocol", "access", "direction", "priority"])
    if (p[field] === undefined)
      throw bad("MissingJsonProperty", `Required property '${field}' is missing in security rule ${id}.`);
  const priority = Number(p["priority"]);
  if (!Number.isInteger(priority) || priority < 100 || priority > 4096)
    throw bad(
      "SecurityRuleInvalidPriority",
      `Security rule has invalid Priority. Value provided: ${priority} Allowed range 100-4096.`,
    );
  for (const end of ["source", "destination"]) {
    requireEnd(id, p, end);
    for (const port of given(p, `${end}PortRange`, `${end}PortRanges`))
      if (port !== "*" && !isPort(port))
        throw bad(
          "SecurityRuleInvalidPortRange",
          `Security rule has invalid Port range. Value provided: ${port}. Value should be an integer OR integer range with '-' delimiter. Valid range 0-65535.`,
        );
    for (const address of given(p, `${end}AddressPrefix`, `${end}AddressPrefixes`))
      if (!isAddress(address))
        throw bad(
          "SecurityRuleInvalidAddressPrefix",
          `Security rule ${id} has invalid Address prefix. Value provided: ${address}`,
        );
  }
}

export function requireNoConflict(rules: readonly Body[]): void {
  for (const [index, rule] of rules.entries()) {
    const other = rules
      .slice(0, index)
      .find(
        (r) =>
          r["properties"].priority === rule["properties"].priority &&
          lower(r["properties"].direction) === lower(rule["properties"].direction),
      );
    if (other)
      throw bad(
        "SecurityRuleConflict",
        `Security rule ${rule["name"]} conflicts with rule ${other["name"]}. Rules cannot have the same Priority and Direction.`,
      );
  }
}
