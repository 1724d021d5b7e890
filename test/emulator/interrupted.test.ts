import { expect } from "chai";
import { AzureCalls } from "../support/azure-calls.ts";
import { nicBody, openWorld, ubuntuImage, vmBody } from "../support/azure-world.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

describe("a script whose emulator is killed", () => {
  const place = temporaryDirectory();

  it("has failed when the next one starts, and its VM takes others", async () => {
    const guest = { run: () => new Promise<never>(() => {}), close: () => {} };
    const killed = await new AzureCalls({ directory: place(), guest }).signIn();
    const world = await openWorld(killed);
    const nic = world.network("networkInterfaces", "nic");
    await killed.put(nic, nicBody(world));
    const vm = world.compute("virtualMachines", "lin");
    const storageProfile = { imageReference: ubuntuImage, osDisk: { createOption: "FromImage" } };
    await killed.put(vm, vmBody(nic, { storageProfile }));
    killed.now += 1000;
    const managed = `${vm}/runCommands/one`;
    const command = { commandId: "RunShellScript", script: ["sleep 777"] };
    const action = await killed.post(`${vm}/runCommand`, command);
    await killed.put(managed, { location: "eastus", properties: { source: { script: "sleep 777" } } });
    killed.now += 1000;
    expect((await killed.post(`${vm}/runCommand`, command)).status).equal(409);

    const next = new AzureCalls({ directory: place(), guest });
    next.now = killed.now + 1000;
    await next.signIn();
    const { status, error } = (await next.get(action.headers["azure-asyncoperation"] ?? "")).body;
    const problem = "the emulator was stopped while the script ran";
    expect([status, error.message]).eql([
      "Failed",
      `VM has reported a failure when processing extension 'RunCommandLinux'. Error message: "Enable failed: ${problem}\n[stdout]\n\n[stderr]\n"`,
    ]);
    const { properties } = (await next.get(`${managed}?$expand=instanceView`)).body;
    expect(properties.instanceView).include({ executionState: "Failed", executionMessage: problem });
    expect((await next.get(vm)).body.properties.provisioningState).equal("Succeeded");
    expect((await next.post(`${vm}/runCommand`, command)).status).equal(202);
    next.emulator.close();
    killed.emulator.close();
  });
});
