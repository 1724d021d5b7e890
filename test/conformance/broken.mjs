// Answers broken on purpose. A validator that lets one pass is not worth asking.

const clone = (value) => structuredClone(value);
const kinds = [
  ["an undeclared status", (p) => p.reply.status === 200, (p) => void (p.reply.status = 418), "INVALID_RESPONSE_CODE"],
  [
    "a property that the schema does not have",
    (p) => isObject(p.reply.body?.properties) && isOk(p),
    (p) => void (p.reply.body.properties.inventedByUs = true),
  ],
  [
    "an unknown property at the top",
    (p) => isOk(p) && typeof p.reply.body?.id === "string",
    (p) => void (p.reply.body.inventedByUs = 1),
  ],
  [
    "a number for a string",
    (p) => isOk(p) && typeof p.reply.body?.location === "string",
    (p) => void (p.reply.body.location = 7),
  ],
  ["a string for tags", (p) => isOk(p) && isObject(p.reply.body?.tags), (p) => void (p.reply.body.tags = "none")],
  [
    "a list for properties",
    (p) => p.operation === "NetworkSecurityGroups_Get" && isOk(p),
    (p) => void (p.reply.body.properties = []),
  ],
  ["an object for a list", (p) => isOk(p) && Array.isArray(p.reply.body?.value), (p) => void (p.reply.body.value = {})],
  [
    "a list whose member is a number",
    (p) => isOk(p) && Array.isArray(p.reply.body?.value) && isObject(p.reply.body.value[0]),
    (p) => void (p.reply.body.value[0] = 3),
  ],
  [
    "a string for a number of a size",
    (p) => p.operation === "VirtualMachineSizes_List",
    (p) => void (p.reply.body.value[0].numberOfCores = "two"),
  ],
  [
    "a string for a priority",
    (p) => p.operation === "SecurityRules_Get" && isOk(p),
    (p) => void (p.reply.body.properties.priority = "high"),
  ],
  [
    "a rule without its direction",
    (p) => p.operation === "SecurityRules_Get" && isOk(p),
    (p) => void delete p.reply.body.properties.direction,
  ],
  [
    "a VM without a location",
    (p) => p.operation === "VirtualMachines_Get" && isOk(p),
    (p) => void delete p.reply.body.location,
  ],
  [
    "a disk without creationData",
    (p) => p.operation === "Disks_Get" && isOk(p),
    (p) => void delete p.reply.body.properties.creationData,
  ],
  [
    "a group without a location",
    (p) => p.operation === "ResourceGroups_Get" && isOk(p),
    (p) => void delete p.reply.body.location,
  ],
  [
    "an error without its envelope",
    (p) => p.reply.status === 404 && p.reply.body?.error && p.operation === "VirtualMachines_Get",
    (p) => void (p.reply.body = { code: "X", message: "y" }),
  ],
  [
    "an error whose code is a number",
    (p) => p.reply.status === 404 && p.operation === "NetworkSecurityGroups_Get",
    (p) => void (p.reply.body.error.code = 404),
  ],
  ["a missing body", (p) => p.operation === "VirtualMachines_Get" && isOk(p), (p) => void (p.reply.body = undefined)],
  ["text for JSON", (p) => p.operation === "VirtualNetworks_Get" && isOk(p), (p) => void (p.reply.body = "hello")],
  [
    "a word that is none of an enumeration's",
    (p) => p.operation === "SecurityRules_Get" && isOk(p),
    (p) => void (p.reply.body.properties.access = "Perhaps"),
  ],
  [
    "a time that is none",
    (p) => p.operation === "VirtualMachines_Get" && isOk(p) && p.reply.body.properties.timeCreated !== undefined,
    (p) => void (p.reply.body.properties.timeCreated = "yesterday"),
  ],
  [
    "an operation without the header that leads to its end",
    (p) => p.operation === "NetworkInterfaces_ListEffectiveNetworkSecurityGroups" && p.reply.status === 202,
    (p) => void (p.reply.headers = {}),
  ],
  [
    "a boolean for a string list",
    (p) => p.operation === "VirtualNetworks_Get" && isOk(p),
    (p) => void (p.reply.body.properties.addressSpace.addressPrefixes = true),
  ],
  [
    "an instance view with a wrong status list",
    (p) => p.operation === "VirtualMachines_InstanceView" && isOk(p),
    (p) => void (p.reply.body.statuses = "running"),
  ],
  [
    "a role assignment without its principal",
    (p) => p.operation === "RoleAssignments_Get" && isOk(p),
    (p) => void delete p.reply.body.properties.principalId,
  ],
  [
    "a request without a location",
    (p) => p.operation === "VirtualMachines_CreateOrUpdate" && p.reply.status === 201,
    (p) => void delete p.body.location,
  ],
  [
    "a request with a wrong type",
    (p) => p.operation === "NetworkSecurityGroups_CreateOrUpdate" && p.reply.status === 201,
    (p) => void (p.body.properties.securityRules = "all"),
  ],
  [
    "an api-version that does not exist",
    (p) => p.operation === "VirtualNetworks_Get" && isOk(p),
    (p) => void (p.url = p.url.replace(/api-version=[\d-]+/, "api-version=1999-01-01")),
  ],
];
const isObject = (v) => typeof v === "object" && v !== null && !Array.isArray(v);
const isOk = (p) => p.reply.status === 200;

export async function brokenAnswers(validator, pairs) {
  const out = [];
  for (const [what, fits, damage] of kinds) {
    const whole = pairs.find(fits);
    if (whole === undefined) {
      out.push({ what: `${what} (no answer to break)`, isFound: false });
      continue;
    }
    const pair = clone({ ...whole, reply: { ...whole.reply } });
    damage(pair);
    const result = await validator.check(pair);
    out.push({
      what: `${what}, in ${whole.operation}`,
      isFound: result.operation === undefined || result.errors.length > 0,
    });
  }
  return out;
}
