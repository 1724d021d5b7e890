import { expect } from "chai";
import { guestParameters } from "../../../engine/azure/guest/parameters.ts";
import { SealingKeys } from "../../../engine/azure/guest/sealing-key.ts";
import { readParameters } from "../../../engine/emulator/guest/parameters.ts";
import type { GuestRunInput } from "../../../engine/run/activities.ts";
import { Secret } from "../../../engine/value/secret.ts";

const keys = new SealingKeys();
const { rbKey } = await keys.current();
const how = {
  id: keys.requestId("read/0:run.1"),
  rbKey,
  resourceManager: "https://management.azure.com",
  tokenResource: "https://management.azure.com/",
};
const token = Secret.of("token/0#/access_token");
const made = (request: GuestRunInput["request"], differs: Partial<typeof how> = {}) => {
  const { plain, token } = guestParameters(request, { ...how, ...differs });
  for (const { name, value } of plain) expect(value, name).match(/^[A-Za-z][A-Za-z0-9._-]*$/);
  const given = new Map(plain.map(({ name, value }) => [name, value]));
  if (token !== undefined) given.set("rbToken", "tabc");
  const read = readParameters(given);
  if ("error" in read) throw new Error(read.error);
  return { read, token, names: plain.map(({ name }) => name) };
};
const armGet = (path: string): GuestRunInput["request"] => ({
  kind: "arm-get",
  path,
  apiVersion: "2021-04-01",
  token: { from: "secret", token },
});

describe("what the script in a VM is told", () => {
  it("is to get a token, with the identity that was chosen", () => {
    const url = (identity?: { clientId: string } | { objectId: string } | { resourceId: string }) =>
      made({ kind: "token", resource: "https://vault.azure.net", ...(identity && { identity }) }).read.imds;
    const base =
      "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net";
    expect(url()).equal(base);
    expect(url({ clientId: "c" })).equal(`${base}&client_id=c`);
    expect(url({ objectId: "o" })).equal(`${base}&object_id=o`);
    expect(url({ resourceId: "/subscriptions/s/x" })).equal(`${base}&msi_res_id=%2Fsubscriptions%2Fs%2Fx`);
  });
  it("is to get a token for the cloud's own Resource Manager when none is named", () => {
    const tokenResource = "https://management.usgovcloudapi.net/";
    expect(made({ kind: "token" }, { tokenResource }).read.imds).match(
      /&resource=https%3A%2F%2Fmanagement\.usgovcloudapi\.net%2F$/,
    );
  });
  it("is to ask with a token of its own, which is no parameter", () => {
    const {
      read,
      token: sent,
      names,
    } = made({
      kind: "arm-get",
      path: "/subscriptions/s",
      apiVersion: "2021-04-01",
      token: { from: "imds", resource: "https://management.azure.com/", identity: { clientId: "c" } },
    });
    expect(read).include({ mode: "chain", arm: "https://management.azure.com/subscriptions/s?api-version=2021-04-01" });
    expect(sent).equal(undefined);
    expect(names).not.include("rbToken");
  });
  it("is to ask with a token from elsewhere, apart from the plain parameters", () => {
    const { read, token: sent, names } = made(armGet("/subscriptions/s"));
    expect(read.mode).equal("arm");
    expect(names).not.include("rbToken");
    expect(sent?.parts).eql(["t", { ref: "token/0#/access_token" }]);
  });
  it("is a URL without anything that a shell could take for more", () => {
    const url = (path: string) => made(armGet(path)).read.arm?.slice("https://management.azure.com".length);
    expect(url("/a b/it's/Grüße/x%")).equal("/a%20b/it%27s/Gr%C3%BC%C3%9Fe/x%25?api-version=2021-04-01");
    expect(url("/a?$filter=name eq 'x'&b=%20")).equal("/a?$filter=name%20eq%20%27x%27&b=%20&api-version=2021-04-01");
    expect(url('/"$(id)`\\\n')).equal("/%22%24(id)%60%5C%0A?api-version=2021-04-01");
  });
  it("has an id of its own for every activity and every process", () => {
    expect(keys.requestId("a")).equal(keys.requestId("a"));
    expect(keys.requestId("a")).not.equal(keys.requestId("b"));
    expect(new SealingKeys().requestId("a")).not.equal(keys.requestId("a"));
  });
});
