/** Examples that the emulator refuses: by the file's name (after its version where others of the name are taken), the error's code and why. */
export const refusedExamples: Readonly<Record<string, readonly [code: string, why: string]>> = {
  ...Object.fromEntries(
    [
      "PutDeploymentResourceGroup.json",
      "PutDeploymentResourceGroupTemplateSpecsWithId.json",
      "PutDeploymentWithOnErrorDeploymentLastSuccessful.json",
      "PutDeploymentWithOnErrorDeploymentSpecificDeployment.json",
      "PostDeploymentValidateOnResourceGroup.json",
      "PostDeploymentValidateOnScope.json",
    ].map((file) => [file, ["NotEmulated", "Its template lies behind a link, and the emulator fetches nothing."]]),
  ),
  "PutDeploymentWithExternalInputs.json": [
    "NotEmulated",
    "Its parameters come from outside of the deployment (externalInputs).",
  ],
  ...Object.fromEntries(
    [
      "VirtualMachine_Create_WithNetworkInterfaceConfiguration.json",
      "VirtualMachine_Create_WithNetworkInterfaceConfigurationDnsSettings.json",
    ].map((file) => [file, ["NotEmulated", "The VM makes its own interfaces; the emulator wants them made before."]]),
  ),
  "2025-04-01 VirtualMachineRunCommand_CreateOrUpdate.json": [
    "NotEmulated",
    "The script lies in a storage account, and the emulated guest fetches none.",
  ],
  "VirtualMachineExtension_CreateOrUpdate_MinimumSet_Gen.json": [
    "InvalidParameter",
    "A generated example without publisher, type and version, which Azure refuses too.",
  ],
  "DedicatedHostGroup_Update_MaximumSet_Gen.json": [
    "AvailabilityZoneNotSupported",
    "A generated example: no zone is called aaaaaaaaaaaaaaaaaaaaaaaaaaaaa.",
  ],
  "SystemAssignedIdentityGet.json": [
    "ResourceNotFound",
    "Its scope only says what belongs there, and is no resource with an identity.",
  ],
  "PutRoleDefinition.json": [
    "InvalidRoleName",
    "It names the role outside of `properties`, where Azure does not look.",
  ],
  "VirtualMachine_Create_WithSecurityTypeConfidentialVMWithNonPersistedTPM.json": [
    "PlatformImageNotFound",
    "No publisher of images is called UbuntuServer.",
  ],
};
