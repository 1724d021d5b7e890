// Inputs that several step types share.

import { Type } from "typebox";

/** Azure's rule for group names: https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules */
const GROUP_NAME = "^[-\\w().]{0,89}[-\\w()]$";

export const groupName = Type.String({
  description:
    "Name of the resource group, 1 to 90 characters: letters, digits, - _ ( ) and dots, but no dot at the end.",
  pattern: GROUP_NAME,
});
export const location = Type.String({ description: "Azure region, for example eastus.", pattern: "^[A-Za-z0-9 ]+$" });
export const tags = Type.Optional(
  Type.Record(Type.String(), Type.String(), { description: "Tags; other tags of the resource stay." }),
);
const ARM_ID = "^/subscriptions/[^/]+(/.+)?$";
export const vmId = Type.String({ description: "ARM id of a virtual machine.", pattern: ARM_ID });
export const armScope = Type.String({
  description: "Any ARM id: a subscription, a group or a resource.",
  pattern: "^/.+",
});
