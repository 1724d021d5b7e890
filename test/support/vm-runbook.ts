// The beginning of a runbook that makes a Linux VM, for tests of what is done with one.

/**
 * Ends in the list of steps: what follows is a step more. The VM's step is `vm`. `by`: how its user signs in, with the
 * secret input `password` or with a key, which needs no input.
 */
export const vmRunbook = (name: string, by: "password" | "key" = "password"): string => `version: 1
name: ${name}
${by === "password" ? "inputs:\n  password: { type: string, secret: true }\n" : ""}steps:
  - { id: group, uses: create-rg, with: { name: lab, location: eastus } }
  - id: vm
    uses: create-vm
    with:
      resourceGroup: \${{ steps.group.outputs.name }}
      name: vm
      location: eastus
      image: Ubuntu2204
      adminUsername: azureuser
      ${by === "password" ? "adminPassword: ${{ inputs.password }}" : `sshPublicKey: ${KEY}`}
`;

const KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f me@here";
