// What each step type does when its runbook is run a second time: for the tests of plans and for those of runs. A step type
// without a row fails both.

export interface SecondRun {
  /** Requests that are sent all the same, as `briefly` writes them; absent: none. */
  readonly sends?: readonly string[];
  /** Why a plan made after the first run says that there is something to do; absent: it says "No changes". */
  readonly isPendingBecause?: string;
  /** The second time it runs by itself, since the steps before it would make anew what it takes away. */
  readonly isAlone?: true;
  /** A runbook whose last step is the one that this is about; absent: the type's first example with what it reads. */
  readonly text?: string;
}

export const SECOND_RUNS: Readonly<Record<string, SecondRun>> = {
  "create-rg": {},
  "create-vnet": {},
  "create-vm": {},
  "create-uami": {},
  "assign-identity": {},
  "grant-role": {},
  "arm-put": {},
  "arm-get": {},
  // What is gone is found to be gone.
  "arm-delete": { isAlone: true },
  "delete-rg": { isAlone: true },
  // A request inside a VM travels there by a command, which is a POST: all that it does there is a GET.
  "get-imds-token": { sends: ["POST vm/runCommand"] },
  "arm-post": { sends: ["POST vm/restart"], isPendingBecause: "an action of the author's choice may do anything" },
  "run-command": {
    // The emulator runs no script and says so with an exit code.
    text: `version: 1
name: script
inputs: { adminPassword: { type: string, secret: true } }
steps:
  - id: group
    uses: create-rg
    with: { name: lab, location: eastus }
  - id: vm
    uses: create-vm
    with:
      resourceGroup: \${{ steps.group.outputs.name }}
      name: vm
      location: eastus
      image: Ubuntu2204
      adminUsername: azureuser
      adminPassword: \${{ inputs.adminPassword }}
  - id: it
    uses: run-command
    with: { vm: "\${{ steps.vm.outputs.id }}", script: "true", exitCodes: [1] }
`,
    sends: ["PUT vm/runCommands/(name)", "DELETE vm/runCommands/(name)"],
    isPendingBecause: "a script of the author's may do anything",
  },
  // Whoever runs it again is asked again; that changes nothing on the target.
  approve: {},
  assert: {},
  runbook: {},
  wait: {},
};

/** A request without what ids and names differ in. */
export const briefly = (method: string, url: string): string =>
  `${method} ${url.split("?", 1)[0]}`
    .replace(/^(\w+) .*\/virtualMachines\/\w+\//i, "$1 vm/")
    .replace(/\/runCommands\/.+$/, "/runCommands/(name)");
