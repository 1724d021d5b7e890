// Commands that take up what another one began on Azure: they go to the same cloud, or nowhere. Real HTTPS on loopback.

import { expect } from "chai";
import { type HttpsDoor, openHttpsDoor } from "../../engine/emulator/doors/https.ts";
import { Emulator } from "../../engine/emulator/emulator.ts";
import { type Ended, expectEnd, Rig, timeless } from "../support/rig.ts";

const RUNBOOK = `version: 1
name: one-group
steps:
  - id: group
    uses: create-rg
    with: { name: made-once, location: westeurope }
`;

describe("what was begun on Azure", () => {
  let rig: Rig;
  let emulator: Emulator;
  let door: HttpsDoor;
  let begun: Ended;
  let planned: Ended;
  const kept = { ...process.env };

  before(async () => {
    rig = await Rig.open({ "one-group.yaml": RUNBOOK });
    emulator = Emulator.open({ directory: `${rig.directory}/server` });
    door = await openHttpsDoor(emulator);
    const at = { resourceManager: door.url, authority: door.url, instanceDiscovery: false };
    await rig.write("ca.pem", door.caPem);
    await rig.write("cloud.json", JSON.stringify({ ...at, name: "loopback", ca: "ca.pem" }));
    const nowhere = "https://127.0.0.1:9";
    await rig.write("other.json", JSON.stringify({ ...at, resourceManager: nowhere, authority: nowhere }));
    // The SDK's credentials look nowhere else.
    Object.assign(process.env, {
      AZURE_POD_IDENTITY_AUTHORITY_HOST: nowhere.replace("https", "http"),
      AZURE_TENANT_ID: emulator.tenantId,
      AZURE_CLIENT_ID: emulator.operator.clientId,
      AZURE_CLIENT_SECRET: emulator.operator.clientSecret,
    });
    const where = ["one-group.yaml", "--target", "azure", "--cloud", "./cloud.json"];
    planned = await cli("plan", ...where, "-o", "plan.json");
    begun = await cli("run", ...where, "--yes");
  });
  after(async () => {
    for (const name of Object.keys(process.env)) if (!(name in kept)) delete process.env[name];
    Object.assign(process.env, kept);
    await door.close();
    emulator.close();
    await rig[Symbol.asyncDispose]();
  });

  const cli = (...argv: readonly string[]): Promise<Ended> =>
    rig.cli(argv, { env: { AZURE_SUBSCRIPTION_ID: emulator.subscriptionId } });
  const subscription = (): string => `Azure (loopback), subscription ${emulator.subscriptionId}`;
  const requests = async (): Promise<number> => (await rig.read("server/requests.jsonl")).split("\n").length;

  it("is named by commands that can be typed as they are printed", () => {
    expect(timeless(begun.stderr).split("next:\n")[1]).equal(
      [
        "  runbook run one-group.yaml --target azure --cloud ./cloud.json --yes",
        "    finds everything as it should be, and changes nothing",
        "  runbook report <run>",
        "    tells what happened",
        "  runbook destroy <run>",
        "    takes away what this run made",
        "",
      ].join("\n"),
    );
    expect(planned.stderr).include(
      "saved; `runbook apply plan.json --target azure --cloud ./cloud.json` runs it, and nothing else\n",
    );
  });

  it("is not gone on with in another cloud, and nothing is sent", async () => {
    const before = await requests();
    const here = `${subscription()}, at ${door.url}`;
    const there = `Azure (other.json), subscription ${emulator.subscriptionId}, at https://127.0.0.1:9`;
    expectEnd(await cli("destroy", "--yes", "--cloud", "other.json"), {
      code: 1,
      stderr:
        `error: the run was made on ${here}; this is ${there}; nothing was sent\n` +
        "hint: --cloud names the cloud of the run, or the file that describes it\n",
    });
    expectEnd(await cli("resume", "--cloud", "other.json"), {
      code: 1,
      stderr: `error: the run was begun on ${here} and cannot go on on ${there}\n`,
    });
    expectEnd(await cli("apply", "plan.json", "--target", "azure", "--cloud", "other.json"), {
      code: 1,
      stderr: `error: refused (target): the plan is for ${subscription()}, this is Azure (other.json), subscription ${emulator.subscriptionId}; make a new plan\n`,
    });
    expectEnd(await cli("apply", "plan.json"), {
      code: 64,
      stderr:
        `error: the plan is for ${subscription()}, at ${door.url}, which is none of the clouds that are known by name\n` +
        "hint: say --target azure --cloud <file> with the file that describes the cloud\n",
    });
    expect(await requests()).equal(before);
  });

  it("is taken away where it was made, though nobody says where", async () => {
    const made = `run <run> made this on ${subscription()}:\n  Microsoft.Resources/resourceGroups made-once\n`;
    process.env["AZURE_CLIENT_SECRET"] = "pl4nted-client-secret";
    const refused = await cli("destroy", "--yes");
    process.env["AZURE_CLIENT_SECRET"] = emulator.operator.clientSecret;
    expect([refused.code, refused.stdout]).eql([77, ""]);
    expect(timeless(refused.stderr)).match(
      /^run <run> made this on .*:\n {2}\S+ made-once\nerror: no sign-in worked\n {2}EnvironmentCredential: AADSTS7000215: Invalid client secret provided.*\n(?: {2}.*\n)*hint: sign in with `az login`.*\n$/,
    );
    const { code, stdout, stderr } = await cli("destroy", "--yes");
    expect([code, stdout]).eql([0, ""]);
    expect(timeless(stderr))
      .match(/^run <run> made this on /)
      .and.include(made);
    expect(timeless(stderr)).match(/\ndone: 1 step in 0\.0 s: 1 removed\n$/);
  });
});
