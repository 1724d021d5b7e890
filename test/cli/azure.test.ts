// The Azure path over real HTTPS on loopback: authority, client secret, token, TLS and Resource Manager are all spoken.

import { expect } from "chai";
import { type HttpsDoor, openHttpsDoor } from "../../engine/emulator/doors/https.ts";
import { Emulator } from "../../engine/emulator/emulator.ts";
import { type Ended, expectEnd, Rig, timeless } from "../support/rig.ts";
import { spawnCli } from "../support/spawn-cli.ts";

const RUNBOOK = `version: 1
name: group-and-identity
steps:
  - id: group
    uses: create-rg
    with: { name: overTheWire, location: westeurope }
  - id: identity
    uses: create-uami
    with:
      resourceGroup: \${{ steps.group.outputs.name }}
      name: ID1
      location: westeurope
  - id: grant
    uses: grant-role
    with:
      principalId: \${{ steps.identity.outputs.principalId }}
      role: Reader
      scope: \${{ steps.group.outputs.id }}
  - id: read
    uses: arm-get
    with: { path: "\${{ steps.group.outputs.id }}", apiVersion: "2021-04-01" }
outputs:
  group: \${{ steps.read.outputs.body.name }}
`;

describe("runbook run --target azure", () => {
  let rig: Rig;
  let emulator: Emulator;
  let door: HttpsDoor;

  before(async () => {
    rig = await Rig.open({ "a.yaml": RUNBOOK });
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
    const argv = ["run", "a.yaml", "--target", "azure", "--cloud", "cloud.json", "--yes", ...more];
    const signIn = {
      AZURE_TENANT_ID: emulator.tenantId,
      AZURE_CLIENT_ID: emulator.operator.clientId,
      AZURE_CLIENT_SECRET: emulator.operator.clientSecret,
      AZURE_SUBSCRIPTION_ID: emulator.subscriptionId,
    };
    return spawnCli(rig.directory, argv, { ...signIn, ...env }).ended;
  };

  it("runs, and everything goes through the door", async () => {
    const { code, stdout, stderr } = await run();
    expect(stderr).include(`group-and-identity on Azure (loopback), subscription ${emulator.subscriptionId}`);
    expect(timeless(stderr)).include("done: 4 steps in 0.0 s: 3 created, 1 unchanged");
    expect(JSON.parse(stdout)).eql({ group: "overTheWire" });
    expect(code).equal(0);
    const log = (await rig.read("server/requests.jsonl")).trim().split("\n");
    const requests = log.map((line) => JSON.parse(line) as { door: string; path: string; method: string });
    expect(new Set(requests.map((request) => request.door))).eql(new Set(["https"]));
    expect(requests[0]?.path).match(/openid-configuration$/);
    expect(requests.filter(({ path }) => path.endsWith("/oauth2/v2.0/token"))).length(1);
    expect(requests.filter(({ method }) => method === "PUT")).length(3);
  }).timeout(30_000);

  it("changes nothing the second time", async () => {
    const before = await rig.read("server/requests.jsonl");
    const { code, stderr } = await run();
    expect(code).equal(0);
    expect(timeless(stderr)).include("done: 4 steps in 0.0 s: 4 unchanged");
    const log = (await rig.read("server/requests.jsonl")).slice(before.length);
    expect(log).not.match(/"method":"(PUT|PATCH|DELETE)"/);
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
    expectEnd(await rig.cli(["run", "a.yaml", "--target", "azure"]), {
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
      const env = { AZURE_SUBSCRIPTION_ID: emulator.subscriptionId };
      const ended = await rig.cli(["run", "a.yaml", "--target", "azure", "--yes", "--cloud", "bad.json"], { env });
      expectEnd(ended, { code, stderr: `error: ${message}\n` });
    }
    expectEnd(await rig.cli(["run", "a.yaml", "--target", "azure", "--yes", "--cloud", "chian"]), {
      code: 64,
      stderr: 'error: there is no cloud "chian"\nhint: did you mean "china"? Or name a .json file that describes it\n',
    });
  });
});
