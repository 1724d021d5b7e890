import { expect } from "chai";
import { builtinSteps } from "../../engine/steps/builtin/index.ts";
import { imageOf } from "../../engine/steps/builtin/vm-images.ts";
import type { OperationData } from "../../engine/steps/operation.ts";
import type { Json, JsonObject } from "../../engine/value/json.ts";
import { Secret } from "../../engine/value/secret.ts";
import { driveStep } from "../support/drive-step.ts";

const GROUP = "/subscriptions/s/resourceGroups/g";
const VM = `${GROUP}/providers/Microsoft.Compute/virtualMachines/vm`;
const ID1 = `${GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/ID1`;
const READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7";

const step = (name: string) => {
  const found = builtinSteps.get(name);
  if (found === undefined) throw new Error(`no step ${name}`);
  return found;
};
/** What Azure would answer to an ensure: what was wanted, with an id. */
const echo = (operation: OperationData): unknown =>
  operation.kind === "ensure"
    ? { id: operation.id, name: operation.id.split("/").at(-1), ...operation.desired }
    : undefined;
/** What a step type says of inputs; a name in `later` is given by a value that only the run will tell. */
const messages = (name: string, known: JsonObject, later: readonly string[] = []): string[] =>
  step(name)
    .check(known, new Set([...Object.keys(known), ...later]))
    .map((problem) => problem.message);

describe("create-vm", () => {
  const windows = {
    resourceGroup: "g",
    name: "vm",
    location: "eastus",
    image: "Win2022Datacenter",
    adminUsername: "azureuser",
    adminPassword: Secret.of("inputs.p"),
  };
  it("makes a network around the VM, named after it, that lets nothing in", () => {
    const { asked } = driveStep(step("create-vm"), windows, echo);
    expect(asked.map((one) => ("id" in one ? one.id.split("/").slice(-2).join("/") : one.kind))).eql([
      "networkSecurityGroups/vm",
      "publicIPAddresses/vm",
      "virtualNetworks/vm",
      "networkInterfaces/vm",
      "virtualMachines/vm",
    ]);
    expect(asked[0]).deep.include({ desired: { location: "eastus", properties: { securityRules: [] } } });
    expect(JSON.stringify(asked[4])).include('"adminPassword":{"$secret":[{"ref":"inputs.p"}]}');
  });
  it("opens a port only when it is asked to", () => {
    const { asked } = driveStep(step("create-vm"), { ...windows, allow: ["rdp"] }, echo);
    expect(JSON.stringify(asked[0])).include('"destinationPortRange":"3389"').and.include('"access":"Allow"');
  });
  it("makes no network when a subnet is given", () => {
    const { asked } = driveStep(step("create-vm"), { ...windows, subnetId: "/subscriptions/s/x" }, echo);
    expect(asked.some((one) => "type" in one && one.type.endsWith("virtualNetworks"))).equal(false);
    expect(JSON.stringify(asked)).include('"subnet":{"id":"/subscriptions/s/x"}');
  });
  it("adds an identity of its own beside those that the VM has", () => {
    const identity = { type: "UserAssigned", userAssignedIdentities: { [ID1]: {} } };
    const answer = (operation: OperationData): unknown =>
      operation.kind === "update"
        ? { id: VM, name: "vm", location: "eastus", identity: { type: "x", principalId: "p" } }
        : { ...(echo(operation) as object), identity };
    const { asked, outputs } = driveStep(step("create-vm"), { ...windows, systemAssignedIdentity: true }, answer);
    expect(asked.at(-1)).deep.include({
      kind: "update",
      patch: { identity: { type: "SystemAssigned, UserAssigned" } },
    });
    expect(outputs).include({ principalId: "p" });
  });
  const windowsProblems = (known: JsonObject): string[] =>
    messages("create-vm", { image: "Win2022Datacenter", ...known }, ["adminPassword"]);
  for (const [what, known, message] of [
    [
      "a long Windows name",
      { name: "a-name-that-is-long" },
      'a Windows computer name has at most 15 characters, "a-name-that-is-long" has 19',
    ],
    ["a Windows name of digits", { name: "123456" }, 'a Windows computer name is not all digits, as "123456" is'],
    ["a reserved user", { adminUsername: "Administrator" }, 'Azure does not allow the admin user name "Administrator"'],
    [
      "a long Windows user",
      { adminUsername: "u".repeat(21) },
      `a Windows user name has at most 20 characters, "${"u".repeat(21)}" has 21`,
    ],
    ["a short password", { adminPassword: "Ab1!" }, "a Windows password has 8 to 123 characters, this one has 4"],
    [
      "a plain password",
      { adminPassword: "abcdefgh1" },
      "a Windows password has three of lower case, upper case, digit and special character, this one 2",
    ],
    ["a known password", { adminPassword: "P@ssw0rd" }, "Azure does not allow this password, which everybody knows"],
    ["an SSH key for Windows", { sshPublicKey: "ssh-rsa x" }, "Azure takes SSH keys for Linux machines only"],
    ["an unknown image", { image: "Win2021" }, '"Win2021" is neither a known image nor publisher:offer:sku:version'],
  ] as const) {
    it(`refuses ${what}`, () => expect(windowsProblems(known)).eql([message]));
  }
  it("asks for a password that nobody gives, and not for one that the run will tell", () => {
    const image = { image: "Win2022Datacenter" };
    expect(messages("create-vm", image)).eql(["a Windows VM has no `adminPassword`, which Azure asks for"]);
    expect(messages("create-vm", image, ["adminPassword"])).eql([]);
  });
  it("lets a Linux machine have what Windows may not", () => {
    const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f me@here";
    expect(messages("create-vm", { image: "Ubuntu2404", name: "a-name-that-is-long", sshPublicKey: key })).eql([]);
    expect(messages("create-vm", { image: "Ubuntu2404" })).eql([
      "a Linux VM has neither `sshPublicKey` nor `adminPassword`",
    ]);
  });
  it("turns passwords off for a machine that has a key alone", () => {
    const linux = { ...windows, image: "Ubuntu2404", sshPublicKey: "ssh-ed25519 x" };
    const { adminPassword: _, ...keyOnly } = linux;
    expect(JSON.stringify(driveStep(step("create-vm"), keyOnly, echo).asked.at(-1))).include(
      '"disablePasswordAuthentication":true',
    );
    expect(JSON.stringify(driveStep(step("create-vm"), linux, echo).asked.at(-1))).include(
      '"disablePasswordAuthentication":false',
    );
  });
  it("tells a Windows image from a Linux one", () => {
    const osOf = (image: string): string | undefined => imageOf(image)?.os;
    expect(osOf("microsoftwindowsdesktop:windows-11:win11-24h2-pro:latest")).equal("Windows");
    expect(osOf("MicrosoftSQLServer:sql2022-ws2022:web-gen2:latest")).equal("Windows");
    expect(osOf("MicrosoftSQLServer:sql2022-ubuntu2204:web:latest")).equal("Linux");
    expect(osOf("win2022datacenter")).equal("Windows");
    expect(osOf("Canonical:ubuntu-24_04-lts:server")).equal(undefined);
  });
});

describe("assign-identity", () => {
  const inputs = { vm: VM, identity: ID1 };
  const vmWith = (identity: Json): JsonObject => ({ id: VM, name: "vm", location: "eastus", identity });
  const other = ID1.replace("ID1", "other");
  it("names only the new identity, so that a PATCH keeps the others", () => {
    const before = vmWith({ type: "SystemAssigned, UserAssigned", userAssignedIdentities: { [other]: {} } });
    const { asked } = driveStep(step("assign-identity"), inputs, () => before);
    expect(asked[1]).deep.include({
      kind: "update",
      patch: { identity: { type: "SystemAssigned, UserAssigned", userAssignedIdentities: { [ID1]: {} } } },
    });
  });
  it("writes nothing when the VM has it, however its id is written", () => {
    const before = vmWith({ type: "UserAssigned", userAssignedIdentities: { [ID1.toUpperCase()]: {} } });
    const { asked, outputs } = driveStep(step("assign-identity"), inputs, () => before);
    expect(asked.map((one) => one.kind)).eql(["read"]);
    expect(outputs).eql({ identities: [ID1.toUpperCase()] });
  });
  it("keeps the user assigned identities when it adds the system assigned one", () => {
    const before = vmWith({ type: "UserAssigned", userAssignedIdentities: { [other]: {} } });
    const { asked } = driveStep(step("assign-identity"), { vm: VM, systemAssigned: true }, () => before);
    expect(asked[1]).deep.include({ patch: { identity: { type: "SystemAssigned, UserAssigned" } } });
  });
});

describe("grant-role", () => {
  const inputs = { principalId: "p", role: "Reader", scope: GROUP };
  const definition = { id: `/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/${READER}` };
  const answers =
    (held: readonly Json[]) =>
    (operation: OperationData): unknown =>
      operation.kind === "list" ? (operation.type.endsWith("roleDefinitions") ? [definition] : held) : echo(operation);
  it("looks the role up by name and names the assignment after what it is", () => {
    const first = driveStep(step("grant-role"), inputs, answers([]));
    const again = driveStep(
      step("grant-role"),
      { ...inputs, scope: GROUP.toUpperCase(), principalId: "P" },
      answers([]),
    );
    expect(first.asked[0]).deep.include({ kind: "list", filter: "roleName eq 'Reader'" });
    expect(first.asked[2]).deep.include({
      desired: { properties: { roleDefinitionId: definition.id, principalId: "p", principalType: "ServicePrincipal" } },
    });
    expect((first.outputs as { name: string }).name).match(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect((again.outputs as { name: string }).name).equal((first.outputs as { name: string }).name);
  });
  it("takes a grant that is there under another name", () => {
    const properties = {
      roleDefinitionId: `/providers/Microsoft.Authorization/roleDefinitions/${READER}`,
      principalId: "P",
      scope: GROUP,
    };
    const { asked, outputs } = driveStep(
      step("grant-role"),
      inputs,
      answers([{ id: "/held", name: "held", properties }]),
    );
    expect(asked.map((one) => one.kind)).eql(["list", "list"]);
    expect(outputs).include({ id: "/held" });
  });
  it("does not take the same role at a wider scope for it", () => {
    const properties = { roleDefinitionId: definition.id, principalId: "p", scope: "/subscriptions/s" };
    const { asked } = driveStep(step("grant-role"), inputs, answers([{ id: "/held", name: "held", properties }]));
    expect(asked.map((one) => one.kind)).eql(["list", "list", "ensure"]);
  });
  it("says which role it did not find", () => {
    expect(() => driveStep(step("grant-role"), { ...inputs, role: "Raeder" }, () => [])).throw(
      `there is no role named "Raeder" at ${GROUP}`,
    );
  });
});

describe("get-imds-token and arm-get", () => {
  const token = { access_token: Secret.of("t"), expires_on: "1", resource: "r", token_type: "Bearer" };
  it("ask inside the VM when one is named, and here when none is", () => {
    const guest = driveStep(step("get-imds-token"), { vm: VM, clientId: "c" }, () => token);
    expect(guest.asked).eql([
      {
        kind: "guest",
        vm: VM,
        request: { kind: "token", identity: { clientId: "c" } },
      },
    ]);
    expect((guest.outputs as { accessToken: Secret }).accessToken.ref).equal("t");
    const here = driveStep(step("get-imds-token"), {}, () => token);
    expect(here.asked).eql([{ kind: "local-token" }]);
  });
  it("take one choice of identity", () => {
    expect(messages("get-imds-token", { clientId: "c", objectId: "o" })).eql([
      "clientId and objectId each choose an identity",
    ]);
  });
  it("send a request from inside a VM with a token of the runbook only", () => {
    expect(() => driveStep(step("arm-get"), { path: GROUP, apiVersion: "2021-04-01", vm: VM }, () => null)).throw(
      "needs a `token`",
    );
  });
});
