import { createPipelineRequest } from "@azure/core-rest-pipeline";
import { expect } from "chai";
import { guestScripts } from "../../engine/azure/generated/guest-scripts.js";
import { openEmulatorTarget } from "../../engine/azure/emulator-target.ts";
import type { Target } from "../../engine/azure/target.ts";
import type { JsonObject } from "../../engine/value/json.ts";
import { encoded, opened, RB_KEY } from "../support/guest-machine.ts";
import { runSteps } from "../support/run-steps.ts";
import { step } from "../support/tutorial-steps.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

const place = { resourceGroup: "lab", location: "eastus" };
const IMDS = "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=";
const parameters = (more: Record<string, string> = {}): { name: string; value: string }[] =>
  Object.entries({
    rbMode: "imds",
    rbId: "r1",
    rbKey: RB_KEY,
    rbImds: encoded(`${IMDS}https%3A%2F%2Fmanagement.azure.com%2F`),
    ...more,
  }).map(([name, value]) => ({ name, value }));

describe("Run Command of the emulator", () => {
  const clock = new VirtualClock();
  let target: Target;
  let group: string;

  before(async () => {
    target = await openEmulatorTarget({ description: "emulator", now: () => clock.now() });
    group = `/subscriptions/${target.subscriptionId}/resourceGroups/lab`;
    const vm = (name: string, image: string) =>
      step(name, "create-vm", ["group"], (scope) => ({
        ...place,
        name,
        image,
        adminUsername: "azureuser",
        adminPassword: scope.inputs["password"] ?? null,
        systemAssignedIdentity: true,
      }));
    const steps = [
      step("group", "create-rg", [], () => ({ name: "lab", location: "eastus" })),
      vm("lin", "Ubuntu2204"),
      vm("win", "Win2022Datacenter"),
    ];
    const told = await runSteps(target, clock, steps, { secrets: { password: "Pl4nted-canary-password" } });
    expect([...told.result.failures]).eql([]);
    await clock.sleep(60_000);
  });
  after(() => target.close());

  const call = async (method: "GET" | "PUT" | "PATCH" | "POST" | "DELETE", url: string, body?: unknown) => {
    const absolute = url.startsWith("https:")
      ? url
      : `https://management.azure.com${url}${url.includes("?") ? "&" : "?"}api-version=2025-04-01`;
    const token = await target.credential.getToken("https://management.azure.com/.default");
    const request = createPipelineRequest({ method, url: absolute });
    if (body !== undefined) request.body = JSON.stringify(body);
    request.headers.set("authorization", `Bearer ${token!.token}`);
    const response = await target.httpClient!.sendRequest(request);
    const text = response.bodyAsText ?? "";
    return {
      status: response.status,
      headers: response.headers.toJSON(),
      body: (text === "" ? undefined : JSON.parse(text)) as Record<string, unknown>,
      text,
    };
  };
  const vmPath = (name: string): string => `${group}/providers/Microsoft.Compute/virtualMachines/${name}`;
  const action = (vm: string, script: string, given = parameters(), commandId = "RunShellScript") =>
    call("POST", `${vmPath(vm)}/runCommand`, { commandId, script: script.split("\n"), parameters: given });

  it("answers 202 with two addresses, and both tell the output on Linux in one status", async () => {
    const accepted = await action("lin", guestScripts["guest.sh"]);
    expect(accepted).include({ status: 202, text: "" });
    const { location = "", "azure-asyncoperation": status = "", "retry-after": seconds } = accepted.headers;
    expect(seconds).match(/^\d+$/);
    expect((await call("GET", location)).status).equal(202);
    expect((await call("GET", status)).body).include({ status: "InProgress" });
    await clock.sleep(1000);
    const result = (await call("GET", location)).body;
    const [only, ...more] = result["value"] as unknown as Record<string, string>[];
    expect(more).eql([]);
    expect(only).include({
      code: "ProvisioningState/succeeded",
      level: "Info",
      displayStatus: "Provisioning succeeded",
    });
    expect(only?.["message"]).match(/^Enable succeeded: \n\[stdout\]\nRBG1-BEGIN\n[^]*;\n\n\[stderr\]\n$/);
    const ended = (await call("GET", status)).body;
    expect(ended).deep.include({ status: "Succeeded", properties: { output: result } });
    const [, stdout = ""] = /\[stdout\]\n([^]*)\n\[stderr\]/.exec(only?.["message"] ?? "") ?? [];
    expect(opened({ stdout, stderr: "", code: 0 }, "r1")).include({ stage: "imds", status: 200 });
  });
  it("tells the output on Windows in a status for each stream", async () => {
    const { headers } = await action("win", guestScripts["guest.ps1"], parameters(), "RunPowerShellScript");
    await clock.sleep(1000);
    const { value } = (await call("GET", headers["location"] ?? "")).body;
    expect(
      (value as Record<string, string>[]).map(({ code, level, displayStatus }) => [code, level, displayStatus]),
    ).eql([
      ["ComponentStatus/StdOut/succeeded", "Info", "Provisioning succeeded"],
      ["ComponentStatus/StdErr/succeeded", "Info", "Provisioning succeeded"],
    ]);
    const [out, err] = value as Record<string, string>[];
    expect(err?.["message"]).equal("");
    expect(opened({ stdout: out?.["message"] ?? "", stderr: "", code: 0 }, "r1")).include({ status: 200 });
  });
  it("knows the script with CRLF line ends, and with or without a newline at its end", async () => {
    for (const text of [guestScripts["guest.sh"].replaceAll("\n", "\r\n"), guestScripts["guest.sh"].trimEnd()]) {
      const { headers } = await action("lin", text);
      await clock.sleep(1000);
      expect((await call("GET", headers["azure-asyncoperation"] ?? "")).body).include({ status: "Succeeded" });
    }
  });
  it("runs one command at a time in a VM, and as many as there are VMs", async () => {
    expect((await action("lin", guestScripts["guest.sh"])).status).equal(202);
    const second = await action("lin", guestScripts["guest.sh"]);
    expect(second.status).equal(409);
    expect(second.body["error"]).eql({
      code: "Conflict",
      message:
        "Run command extension execution is in progress. Please wait for completion before invoking a run command.",
    });
    expect((await action("win", guestScripts["guest.ps1"], parameters(), "RunPowerShellScript")).status).equal(202);
    await clock.sleep(1000);
    expect((await action("lin", guestScripts["guest.sh"])).status).equal(202);
    await clock.sleep(1000);
  });
  for (const [vm, script, commandId] of [
    ["lin", "echo hello > /tmp/x", "RunShellScript"],
    ["lin", `${guestScripts["guest.sh"]}# one more\n`, "RunShellScript"],
    ["lin", guestScripts["guest.ps1"], "RunShellScript"],
    ["win", guestScripts["guest.sh"], "RunPowerShellScript"],
  ] as const) {
    it(`runs nothing but its own script: ${script.slice(0, 20)}… of ${script.length} characters in ${vm}`, async () => {
      const { headers } = await action(vm, script, parameters(), commandId);
      await clock.sleep(1000);
      const ended = (await call("GET", headers["azure-asyncoperation"] ?? "")).body;
      expect(ended).include({ status: "Failed" });
      expect(ended["error"]).include({ code: "NotEmulated" });
      expect(JSON.stringify(ended["error"])).match(/does not know the script with SHA-256 [0-9a-f]{64}/);
    });
  }
  it("refuses a command of the other system", async () => {
    const refused = await action("lin", guestScripts["guest.sh"], parameters(), "RunPowerShellScript");
    expect(refused.status).equal(400);
    expect(refused.body["error"]).include({ code: "InvalidParameter", target: "commandId" });
  });
  it("waits in the VM's time while IMDS is asked again", async () => {
    const bad = encoded("http://127.0.0.1:1/x");
    const { headers } = await action("lin", guestScripts["guest.sh"], parameters({ rbImds: bad, rbTries: "n3" }));
    await clock.sleep(2900);
    expect((await call("GET", headers["azure-asyncoperation"] ?? "")).body).include({ status: "InProgress" });
    await clock.sleep(500);
    const { value } = (await call("GET", headers["location"] ?? "")).body;
    expect((value as { message: string }[])[0]?.message).include("error=net-7;stage=imds");
  });
  it("lets a VM reach Resource Manager and its own IMDS, and nothing else", async () => {
    const given = { rbMode: "arm", rbToken: "tabc", rbArm: encoded("https://example.com/") };
    const { headers } = await action("lin", guestScripts["guest.sh"], parameters(given));
    await clock.sleep(1000);
    const { value } = (await call("GET", headers["location"] ?? "")).body;
    expect((value as { message: string }[])[0]?.message).include("error=net-6;stage=arm");
  });

  describe("managed", () => {
    const path = (name: string): string => `${vmPath("lin")}/runCommands/${name}`;
    const body = (more: JsonObject = {}): JsonObject => ({
      location: "eastus",
      properties: {
        source: { script: guestScripts["guest.sh"] },
        parameters: parameters({ rbMode: "arm", rbArm: encoded("https://management.azure.com/subscriptions") }),
        protectedParameters: [{ name: "rbToken", value: "tplanted.canary-token" }],
        runAsPassword: "planted-password",
        ...more,
      },
    });

    it("is made, read with and without its output, listed and deleted", async () => {
      const made = await call("PUT", path("one"), body());
      expect(made.status).equal(201);
      expect(made.body).include({ name: "one", type: "Microsoft.Compute/virtualMachines/runCommands" });
      expect(made.body["properties"]).include({ provisioningState: "Creating" });
      const seen = (await call("GET", `${path("one")}?$expand=instanceView`)).body["properties"] as JsonObject;
      expect(seen["instanceView"]).eql({ executionState: "Running" });
      await clock.sleep(1000);
      expect((await call("GET", made.headers["azure-asyncoperation"] ?? "")).body).include({ status: "Succeeded" });
      expect((await call("GET", path("one"))).body["properties"]).not.have.property("instanceView");
      const ended = await call("GET", `${path("one")}?$expand=instanceView`);
      const { provisioningState, instanceView } = ended.body["properties"] as unknown as Record<string, JsonObject>;
      expect(provisioningState).equal("Succeeded");
      expect(instanceView).include({ executionState: "Succeeded", exitCode: 0, error: "" });
      // The token was none, and Resource Manager said so to the guest.
      expect(opened({ stdout: String(instanceView?.["output"]), stderr: "", code: 0 }, "r1")).include({ status: 401 });
      expect((await call("PUT", path("ONE"), body())).status).equal(200);
      expect((await call("GET", `${vmPath("lin")}/runCommands`)).body["value"]).have.length(1);
      const texts = [made.text, ended.text, (await call("GET", `${vmPath("lin")}/runCommands`)).text];
      for (const text of texts) expect(text).not.match(/canary-token|planted-password|protectedParameters/);
      const gone = await call("DELETE", path("one"));
      expect(gone.status).equal(202);
      expect(gone.headers).include.keys("location", "azure-asyncoperation");
      await clock.sleep(1000);
      expect((await call("GET", path("one"))).status).equal(404);
      expect((await call("DELETE", path("one"))).status).equal(204);
    });
    it("has timed out when its time is over", async () => {
      const bad = { rbImds: encoded("http://127.0.0.1:1/x"), rbTries: "n3" };
      await call("PUT", path("late"), body({ parameters: parameters(bad), timeoutInSeconds: 2 }));
      await clock.sleep(10_000);
      const { properties } = (await call("GET", `${path("late")}?$expand=instanceView`)).body;
      const { instanceView } = properties as unknown as Record<string, JsonObject>;
      const executionMessage = "the script took longer than 2 s";
      expect(instanceView).include({ executionState: "TimedOut", executionMessage, exitCode: 1, output: "" });
      await call("DELETE", path("late"));
    });
    it("is changed in what is named, and runs again unless that is its tags", async () => {
      const made = await call("PUT", path("two"), body({ timeoutInSeconds: 60 }));
      await clock.sleep(1000);
      const tagged = await call("PATCH", path("two"), { tags: { of: "test" } });
      expect([tagged.status, tagged.body["tags"], tagged.headers["azure-asyncoperation"]]).eql([
        200,
        { of: "test" },
        undefined,
      ]);
      const changed = await call("PATCH", path("two"), { properties: { timeoutInSeconds: 90, runAsPassword: "x" } });
      expect([changed.status, changed.body["tags"]]).eql([200, { of: "test" }]);
      const { provisioningState: _, timeoutInSeconds: __, ...kept } = made.body["properties"] as JsonObject;
      expect(changed.body["properties"]).eql({ ...kept, timeoutInSeconds: 90, provisioningState: "Updating" });
      expect(changed.headers).include.keys("azure-asyncoperation");
      expect((await call("PATCH", path("none"), { tags: {} })).status).equal(404);
      await clock.sleep(1000);
      await call("DELETE", path("two"));
    });
    it("runs many at once", async () => {
      for (const name of ["a", "b", "c"]) expect((await call("PUT", path(name), body())).status).equal(201);
      for (const name of ["a", "b", "c"]) expect((await call("DELETE", path(name))).status).equal(202);
    });
    it("fails a script that it does not know, as a script that failed", async () => {
      await call("PUT", path("other"), body({ source: { script: "rm -rf /" } }));
      await clock.sleep(1000);
      const { properties } = (await call("GET", `${path("other")}?$expand=instanceView`)).body;
      const { instanceView } = properties as unknown as Record<string, JsonObject>;
      expect(instanceView).include({ executionState: "Failed", exitCode: 1, output: "" });
      expect(instanceView?.["error"]).match(/does not know the script/);
      await call("DELETE", path("other"));
    });
    it("refuses a script from elsewhere, and a VM that is not there", async () => {
      const elsewhere = await call("PUT", path("x"), body({ source: { scriptUri: "https://example.com/x.sh" } }));
      expect([elsewhere.status, elsewhere.body["error"]]).deep.equal([
        501,
        {
          code: "NotEmulated",
          message: "The emulator does not serve run commands whose script is not inline (source.scriptUri).",
        },
      ]);
      const nowhere = await call("PUT", `${vmPath("none")}/runCommands/x`, body());
      expect(nowhere.status).equal(404);
    });
    it("goes with its VM", async () => {
      await call("PUT", `${vmPath("win")}/runCommands/w`, body());
      await call("DELETE", vmPath("win"));
      await clock.sleep(60_000);
      expect((await call("GET", `${vmPath("win")}/runCommands/w`)).status).equal(404);
    });
  });
});
