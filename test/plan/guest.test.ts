// Requests inside VMs under a plan: what they send depends on tokens, and on how long Run Command takes.

import { expect } from "chai";
import { verifyRun } from "../../engine/plan/verify.ts";
import { applyOn, openWorld, PASSWORD, planOn } from "../support/planning.ts";

const machine = (id: string): string => `
  - id: ${id}
    uses: create-vm
    with:
      resourceGroup: \${{ steps.group.outputs.name }}
      name: ${id}
      virtualNetworkName: net-${id}
      location: eastus
      image: Ubuntu2204
      adminUsername: ops
      adminPassword: \${{ inputs.password }}
      systemAssignedIdentity: true`;
const runbook = (vms: readonly string[], steps: string): string => `version: 1
name: guests
inputs: { password: { type: string, secret: true } }
steps:
  - id: group
    uses: create-rg
    with: { name: guests, location: eastus }${vms.map(machine).join("")}
${steps}`;

describe("a plan of requests inside VMs", () => {
  it("lets a token of one VM into another, however often its own request was asked after", async () => {
    const text = runbook(
      ["own", "other"],
      `  - id: grant
    uses: grant-role
    with: { principalId: "\${{ steps.own.outputs.principalId }}", role: Reader, scope: "\${{ steps.group.outputs.id }}" }
  - id: token
    uses: get-imds-token
    with: { vm: "\${{ steps.own.outputs.id }}" }
  - id: read
    uses: arm-get
    needs: [grant]
    with:
      vm: \${{ steps.other.outputs.id }}
      token: \${{ steps.token.outputs.accessToken }}
      path: \${{ steps.group.outputs.id }}
      apiVersion: "2021-04-01"
`,
    );
    const world = await openWorld();
    const inputs = { password: PASSWORD };
    const { plan } = await planOn(world, { text, inputs });
    const run = await applyOn(world, plan, { text, inputs });
    expect([...run.failures.values()].map(({ message }) => message)).eql([]);
    const polls = run.journal.entries.flatMap((entry) => (entry.kind === "completion" ? [entry.key] : []));
    expect(polls.filter((key) => key.startsWith("token/") && key.includes(":poll."))).length.greaterThan(1);
    expect(verifyRun(plan, run.journal.entries)).deep.include({ extra: [], missing: [] });
    await world.close();
  });

  it("has two at once in one VM, each with its own answer", async () => {
    const text = runbook(
      ["vm"],
      `  - id: one
    uses: get-imds-token
    with: { vm: "\${{ steps.vm.outputs.id }}" }
  - id: two
    uses: get-imds-token
    with: { vm: "\${{ steps.vm.outputs.id }}", resource: "https://vault.azure.net" }
`,
    );
    const world = await openWorld();
    const inputs = { password: PASSWORD };
    const { plan } = await planOn(world, { text, inputs });
    expect(plan.obstacles).eql([]);
    const run = await applyOn(world, plan, { text, inputs });
    expect([run.status, ...run.failures]).eql(["done"]);
    await world.close();
  });
});
