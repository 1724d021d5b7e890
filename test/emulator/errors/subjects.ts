/** All rows, by what they are about. */
import { authorization } from "./authorization.ts";
import { deployments } from "./deployments.ts";
import { envelope } from "./envelope.ts";
import { gateway, groups } from "./gateway.ts";
import { identities } from "./identities.ts";
import { network } from "./network.ts";
import { omissions } from "./omissions.ts";
import type { Rows } from "./row.ts";
import { entra, metadata } from "./sign-in.ts";
import { troubles } from "./troubles.ts";
import { virtualMachines } from "./virtual-machines.ts";
import { vmOperations } from "./vm-operations.ts";

export const subjects: readonly { readonly subject: string; readonly rows: Rows }[] = [
  { subject: "the gateway", rows: gateway },
  { subject: "groups and resources", rows: groups },
  { subject: "what all resources share", rows: envelope },
  { subject: "networks", rows: network },
  { subject: "bodies of VMs and disks", rows: virtualMachines },
  { subject: "operations on VMs", rows: vmOperations },
  { subject: "rights and roles", rows: authorization },
  { subject: "identities", rows: identities },
  { subject: "deployments", rows: deployments },
  { subject: "what is left out", rows: omissions },
  { subject: "Entra", rows: entra },
  { subject: "the metadata service of a VM", rows: metadata },
  { subject: "troubles of Azure's own", rows: troubles },
];
