// The beginning of a runbook that makes a Linux VM, for tests of what is done with one.

/** Ends in the list of steps: what follows is a step more. The VM's step is `vm`, the secret input `password`. */
export const vmRunbook = (name: string): string => `version: 1
name: ${name}
inputs:
  password: { type: string, secret: true }
steps:
  - { id: group, uses: create-rg, with: { name: lab, location: eastus } }
  - id: vm
    uses: create-vm
    with:
      resourceGroup: \${{ steps.group.outputs.name }}
      name: vm
      location: eastus
      image: Ubuntu2204
      adminUsername: azureuser
      adminPassword: \${{ inputs.password }}
`;
