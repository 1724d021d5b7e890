// Where resources are, and what the engine must know of each type to read, compare and write it.

/** A resource's place, with the type of what can be asked of it (D) and of what it answers (A). */
export interface Resource<in D, out A> {
  readonly type: string;
  readonly id: string;
  /** Absent: the version that the engine knows the type by. Needed for a type that it does not know. */
  readonly apiVersion?: string;
  readonly types?: (desired: D) => A;
}

/** Knowledge of a resource type; pure data. */
export interface ResourceTypeFacts {
  readonly apiVersion: string;
  /** JSON pointers of properties that Azure takes and never gives back: no reason for a write. */
  readonly writeOnly?: readonly string[];
  /** JSON pointers of what only Azure writes, `*` for any item: left out when what is there is written back. */
  readonly readOnly?: readonly string[];
}

const FACTS: ReadonlyMap<string, ResourceTypeFacts> = new Map(
  Object.entries({
    "Microsoft.Resources/resourceGroups": { apiVersion: "2025-04-01", readOnly: ["/properties"] },
    "Microsoft.ManagedIdentity/userAssignedIdentities": {
      apiVersion: "2024-11-30",
      readOnly: ["/properties", "/systemData"],
    },
    "Microsoft.Authorization/roleDefinitions": { apiVersion: "2022-04-01" },
    "Microsoft.Authorization/roleAssignments": { apiVersion: "2022-04-01" },
    "Microsoft.Network/virtualNetworks": { apiVersion: "2024-10-01" },
    "Microsoft.Network/virtualNetworks/subnets": { apiVersion: "2024-10-01" },
    "Microsoft.Network/networkSecurityGroups": { apiVersion: "2024-10-01" },
    "Microsoft.Network/publicIPAddresses": { apiVersion: "2024-10-01" },
    "Microsoft.Network/networkInterfaces": { apiVersion: "2024-10-01" },
    "Microsoft.Resources/resources": { apiVersion: "2025-04-01" },
    "Microsoft.Compute/disks": { apiVersion: "2024-03-02" },
    "Microsoft.Compute/virtualMachines": {
      apiVersion: "2025-04-01",
      writeOnly: ["/properties/osProfile/adminPassword"],
      readOnly: [
        "/etag",
        "/managedBy",
        "/resources",
        "/properties/instanceView",
        "/properties/timeCreated",
        "/properties/vmId",
        "/properties/storageProfile/imageReference/exactVersion",
        "/identity/principalId",
        "/identity/tenantId",
        "/identity/userAssignedIdentities/*/clientId",
        "/identity/userAssignedIdentities/*/principalId",
      ],
    },
  } satisfies Record<string, ResourceTypeFacts>),
);

/** Throws for a type that the engine does not know, unless a version to speak to it is given. */
export function factsOf(type: string, apiVersion?: string): ResourceTypeFacts {
  const facts = FACTS.get(type) ?? (apiVersion === undefined ? undefined : factsFor(type));
  if (apiVersion !== undefined) return { ...facts, apiVersion };
  if (facts === undefined) throw new Error(`the engine knows no resource type "${type}"`);
  return facts;
}

/** A type's name as the engine spells it, or as it is given when the engine does not know it. */
export function typeNamed(type: string): string {
  const folded = type.toLowerCase();
  return [...FACTS.keys()].find((name) => name.toLowerCase() === folded) ?? type;
}

/** The same, whatever the case of the type's name; absent for types unknown to the engine. */
export function factsFor(type: string): ResourceTypeFacts | undefined {
  const folded = type.toLowerCase();
  for (const [name, facts] of FACTS) if (name.toLowerCase() === folded) return facts;
  return undefined;
}

/** A provisioning state after a write that did not come to its end. What reads as wanted then may not be so. */
export function isFailedState(state: string | undefined): boolean {
  return state === "Failed" || state === "Canceled";
}
