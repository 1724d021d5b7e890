// What to do about the errors that Azure gives most. Codes: https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors

import type { Failure } from "../../run/failure.ts";

const HINTS: Readonly<Record<string, string>> = {
  AuthorizationFailed:
    "grant the role that allows the action at that scope; a new assignment can take minutes to be seen",
  LinkedAuthorizationFailed: "the caller also needs rights on the resource that is linked to; the message names both",
  InvalidAuthenticationToken: "sign in again with `az login`, and see that --cloud is the cloud of the subscription",
  InvalidAuthenticationTokenTenant: "sign in to the tenant of the subscription: `az login --tenant <id>`",
  ExpiredAuthenticationToken: "sign in again with `az login`",
  SubscriptionNotFound: "choose a subscription that this account sees: `az account list`, then --subscription <id>",
  SubscriptionNotRegistered: "register the resource provider: `az provider register --namespace <namespace>`",
  MissingSubscriptionRegistration: "register the resource provider: `az provider register --namespace <namespace>`",
  DisabledSubscription: "the subscription takes no changes until it is enabled again in the Azure portal",
  ReadOnlyDisabledSubscription: "the subscription takes no changes until it is enabled again in the Azure portal",
  SkuNotAvailable: "choose another size or location: `az vm list-skus --location <location> --size <size> --all`",
  AllocationFailed: "the location is out of room for this size: try later, or another size or location",
  ZonalAllocationFailed: "the zone is out of room for this size: try later, or another zone, size or location",
  OverconstrainedAllocationRequest: "leave one of the VM's wishes out: size, zone or location",
  QuotaExceeded: "ask for more quota in the Azure portal, or choose a smaller size or another location",
  OperationNotAllowed: "if it speaks of quota: ask for more in the Azure portal, or choose a smaller size",
  PublicIPCountLimitReached: "remove public addresses that are not used, or ask for more quota",
  RequestDisallowedByPolicy:
    "a policy of the organisation forbids it; the message names the policy, its owner can exempt",
  RequestDisallowedByAzure: "the subscription may not use this location: choose another",
  ScopeLocked: "a lock protects the resource; its owner can remove it: `az lock list`",
  LocationNotAvailableForResourceType: "choose one of the locations that the message lists",
  InvalidResourceGroupLocation: "the group exists in another location: use that one, or another name",
  InvalidResourceLocation: "a resource of this name exists in another location: use that one, or another name",
  ResourceGroupBeingDeleted: "wait until the group is gone, or use another name",
  ResourceGroupNotFound: "a step that needs the group must come after the one that makes it",
  ResourceNotFound:
    "see that name, group and subscription are right, and that the step comes after the one that makes it",
  ParentResourceNotFound: "the resource that contains it must be made first",
  PrincipalNotFound: "see that the principal's object id is right; a client id is another number",
  RoleAssignmentExists: "the role is already assigned under another name",
  RoleAssignmentLimitExceeded: "remove role assignments that are not used, or assign at a wider scope",
  RoleDefinitionDoesNotExist: "see that the role's name or id is right: `az role definition list --name <name>`",
  ImageNotFound: "choose an image that exists: `az vm image list --all --publisher <publisher>`",
  PlatformImageNotFound: "choose an image that exists: `az vm image list --all --publisher <publisher>`",
  InvalidParameter: "the message names what Azure does not take; mend it in the runbook",
  InvalidTemplateDeployment: "the message names what Azure does not take; mend it in the runbook",
  PropertyChangeNotAllowed: "Azure cannot change this after creation: remove the resource first, or use another name",
  NetcfgInvalidSubnet: "the subnet's addresses must lie within those of its network",
  SubnetIsFull: "use another subnet, or a wider one",
  InUseSubnetCannotBeDeleted: "something still uses the subnet",
  VMExtensionProvisioningError: "look at the VM's extensions in the Azure portal; the VM's agent must run",
  OSProvisioningTimedOut: "look at the VM's boot diagnostics; remove the VM before trying again",
  VMAgentStatusCommunicationError: "the VM's agent does not answer: see that the VM runs and its agent is installed",
  Timeout: "give the step a longer `timeout`, or find out what it waits for",
  TooManyRequests: "try later, or with a lower --concurrency",
  NotEmulated: "the emulator does not know this; run it with --target azure",
};

/** The failure's own hint, or what is known of its code. */
export function hintFor(failure: Failure): string | undefined {
  if (failure.hint !== undefined) return failure.hint;
  const known = failure.code === undefined ? undefined : HINTS[failure.code];
  if (known !== undefined) return known;
  if (failure.status === 401) return "sign in again with `az login`";
  if (failure.status !== undefined && failure.status >= 500) return "Azure itself failed: try again later";
  return undefined;
}
