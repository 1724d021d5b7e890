// The Azure path over real HTTPS on loopback: authority, client secret, token, TLS and Resource Manager are all spoken.

import { expect } from "chai";
import { type HttpsDoor, openHttpsDoor } from "../../engine/emulator/doors/https.ts";
import { Emulator } from "../../engine/emulator/emulator.ts";
import { type Ended, expectEnd, Rig, timeless } from "../support/rig.ts";
import { spawnCli } from "../support/spawn-cli.ts";

const PASSWORD = "Pl4nted-canary-password";

describe("runbook run --target azure", () => {
  let rig: Rig;
  let emulator: Emulator;
  let door: HttpsDoor;

  before(async () => {
    rig = await Rig.open({ "password.txt": PASSWORD });
    emulator = Emulator.open({ directory: `${rig.directory}/server` });
    door = await openHttpsDoor(emulator);
    await rig.write("ca.pem", door.caPem);
    const cloud = {
      name: "loopback",
      resourceManager: door.url,
      authority: door.url,
      ca: "ca.pem",
      instanceDiscovery: false,
    };
    await rig.write("cloud.json", JSON.stringify(cloud));
  });
  after(async () => {
    await door.close();
    emulator.close();
    await rig[Symbol.asyncDispose]();
  });

  const run = (env: Readonly<Record<string, string>> = {}, ...more: readonly string[]): Promise<Ended> => {
    const secret = ["--secret-file", "adminPassword=password.txt"];
    const argv = ["run", "--target", "azure", "--cloud", "cloud.json", "--yes", ...secret, ...more];
    const signIn = {
      AZURE_TENANT_ID: emulator.tenantId,
      AZURE_CLIENT_ID: emulator.operator.clientId,
      AZURE_CLIENT_SECRET: emulator.operator.clientSecret,
      AZURE_SUBSCRIPTION_ID: emulator.subscriptionId,
    };
    return spawnCli(rig.directory, argv, { ...signIn, ...env }).ended;
  };

  it("runs the tutorial, and everything goes through the door", async () => {
    const { code, stdout, stderr } = await run();
    expect(stderr).include(`identity on Azure (loopback), subscription ${emulator.subscriptionId}\n`);
    expect(timeless(stderr)).include("done: 7 steps in 0.0 s: 4 created, 1 updated, 2 unchanged");
    expect(JSON.parse(stdout)).nested.include({ "resourceGroup.name": "myResourceGroupVM" });
    expect(code).equal(0);
    expect(stderr).not.include(PASSWORD);
    const log = (await rig.read("server/requests.jsonl")).trim().split("\n");
    const requests = log.map((line) => JSON.parse(line) as { door: string; path: string; method: string });
    // What the VM asks is asked inside the emulator; all else came over the socket.
    expect(new Set(requests.map((request) => request.door))).eql(new Set(["https", "guest"]));
    expect(requests[0]?.path).match(/openid-configuration$/);
    expect(requests.filter(({ path }) => path.endsWith("/oauth2/v2.0/token"))).length(1);
    const put = requests.filter(({ method, path }) => method === "PUT" && !/runCommands/i.test(path));
    expect(put.map(({ path }) => path.split("/").at(-2))).include.members(["resourcegroups", "virtualMachines"]);
  }).timeout(30_000);

  it("changes nothing the second time", async () => {
    const { code, stderr } = await run();
    expect(code).equal(0);
    expect(timeless(stderr)).include("done: 7 steps in 0.0 s: 7 unchanged");
  }).timeout(30_000);

  it("ends with 77 and Entra's own words when the client secret is wrong, and does not repeat it", async () => {
    const { code, stdout, stderr } = await run({ AZURE_CLIENT_SECRET: "pl4nted-client-secret" });
    expect([code, stdout]).eql([77, ""]);
    expect(stderr).match(
      /^error: no sign-in worked\n {2}EnvironmentCredential: AADSTS7000215: Invalid client secret provided/,
    );
    expect(stderr).not.include("pl4nted");
  }).timeout(30_000);

  it("ends with 77 when the subscription is not seen", async () => {
    const none = "11111111-2222-3333-4444-555555555555";
    const { code, stderr } = await run({ AZURE_SUBSCRIPTION_ID: none });
    expect(code).equal(77);
    expect(stderr).include(none).and.include("[SubscriptionNotFound]\nhint: choose a subscription");
  }).timeout(30_000);

  it("does not start without a terminal unless it is told to", async () => {
    expectEnd(await rig.cli(["run", "--target", "azure"]), {
      code: 64,
      stderr:
        "error: a run on Azure is confirmed at a terminal, and here is none\n" +
        "hint: add --yes to run it without being asked\n",
    });
  });

  it("says what is wrong with a description of a cloud", async () => {
    const cases: readonly (readonly [description: string, code: number, message: string])[] = [
      ['{ "resourceManager": "https://a" }', 65, 'bad.json: "authority" is missing, expected an https address'],
      [
        '{ "authority": "http://a", "resourceManager": "https://a" }',
        65,
        'bad.json: "authority" is "http://a", expected an https address',
      ],
      [
        '{ "authorty": "https://a" }',
        65,
        'bad.json: "authorty" says nothing of a cloud\nhint: did you mean "authority"?',
      ],
      ["[]", 65, "bad.json is no JSON object"],
    ];
    for (const [description, code, message] of cases) {
      await rig.write("bad.json", description);
      const env = { RUNBOOK_INPUT_ADMIN_PASSWORD: PASSWORD };
      const ended = await rig.cli(["run", "--target", "azure", "--yes", "--cloud", "bad.json"], { env });
      expectEnd(ended, { code, stderr: `error: ${message}\n` });
    }
    expectEnd(
      await rig.cli(["run", "--target", "azure", "--yes", "--cloud", "chian"], {
        env: { RUNBOOK_INPUT_ADMIN_PASSWORD: PASSWORD },
      }),
      {
        code: 64,
        stderr:
          'error: there is no cloud "chian"\nhint: did you mean "china"? Or name a .json file that describes it\n',
      },
    );
  });
});
