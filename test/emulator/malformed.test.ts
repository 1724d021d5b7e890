// Requests that no client should send, over real sockets: each must end in a clean refusal.

import { expect } from "chai";
import { connect } from "node:net";
import { openHttpDoor } from "../../engine/emulator/doors/https.ts";
import { AzureCalls } from "../support/azure-calls.ts";
import { makeVm, openWorld, type World } from "../support/azure-world.ts";

type Door = Awaited<ReturnType<typeof openHttpDoor>>;

interface Malformed {
  readonly what: string;
  /** Everything that is sent. */
  readonly raw: string | Buffer;
}

const API = "api-version=2021-04-01";

describe("a malformed request", function () {
  this.timeout(60_000);
  let azure: AzureCalls;
  let world: World;
  let door: Door;
  let token = "";
  let vm = "";

  before(async () => {
    azure = await new AzureCalls().signIn();
    world = await openWorld(azure);
    vm = await makeVm(azure, world, "vm");
    token = azure.token;
    door = await openHttpDoor(azure.emulator);
  });
  after(() => door.close());

  /** The whole answer; rejects when none comes. */
  const exchange = (raw: string | Buffer): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect(door.port, "127.0.0.1");
      let answer = "";
      const timer = setTimeout(() => {
        socket.destroy();
        reject(new Error(`no end of the answer within ten seconds: ${answer.slice(0, 200)}`));
      }, 10_000);
      socket.setEncoding("utf8").on("data", (chunk: string) => (answer += chunk));
      socket.on("error", () => {});
      socket.on("close", () => {
        clearTimeout(timer);
        resolve(answer);
      });
      socket.write(raw);
    });
  const request = (
    method: string,
    target: string,
    body: string | Buffer = "",
    headers: Readonly<Record<string, string | undefined>> = {},
  ): Buffer => {
    const all: Record<string, string | undefined> = {
      host: "localhost",
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      connection: "close",
      ...(body.length > 0 && { "content-length": String(Buffer.byteLength(body)) }),
      ...headers,
    };
    const lines = Object.entries(all).flatMap(([name, value]) =>
      value === undefined ? [] : [`${name}: ${value}\r\n`],
    );
    return Buffer.concat([
      Buffer.from(`${method} ${target} HTTP/1.1\r\n${lines.join("")}\r\n`, "latin1"),
      Buffer.from(body),
    ]);
  };

  const check = async ({ what, raw }: Malformed): Promise<string | undefined> => {
    let answer: string;
    try {
      answer = await exchange(raw);
    } catch (thrown) {
      return `${what}: ${(thrown as Error).message}`;
    }
    const [head = "", body = ""] = answer.split("\r\n\r\n", 2);
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1]);
    if (!(status >= 400 && status < 500))
      return `${what}: answered ${head.split("\r\n")[0] || "nothing"} ${body.slice(0, 150)}`;
    if (raw.toString("latin1").startsWith("HEAD ")) return body === "" ? undefined : `${what}: a HEAD got a body`;
    try {
      const { error } = JSON.parse(body) as { error?: { code?: unknown; message?: unknown } | string };
      const isArm = typeof error === "object" && typeof error.code === "string" && typeof error.message === "string";
      // Sign-in has an error form of its own.
      return isArm || typeof error === "string" ? undefined : `${what}: ${status} without a code and a message`;
    } catch {
      return `${what}: ${status} with a body that is no JSON: ${body.slice(0, 100)}`;
    }
  };
  const cases = (): readonly Malformed[] => {
    const group = `${world.group}?${API}`;
    const put = (what: string, body: string | Buffer, target = group, headers = {}): Malformed => ({
      what: `PUT ${what}`,
      raw: request("PUT", target, body, headers),
    });
    const get = (what: string, target: string, headers = {}): Malformed => ({
      what: `GET ${what}`,
      raw: request("GET", target, "", headers),
    });
    const vmTarget = `${vm}?api-version=2025-04-01`;
    const other = `${world.group}2?${API}`;
    const nested = (depth: number, open: string, close: string): string => open.repeat(depth) + close.repeat(depth);
    const bodies: readonly (readonly [string, string | Buffer])[] = [
      ["nothing but blanks", "   "],
      ["half an object", '{"location":'],
      ["an unclosed text", '{"location":"east'],
      ["single quotes", "{'location':'eastus'}"],
      ["a comma at the end", '{"location":"eastus",}'],
      ["a comment", '{/* here */"location":"eastus"}'],
      ["NaN", '{"location":NaN}'],
      ["undefined", "undefined"],
      ["a list", "[]"],
      ["a list of objects", '[{"location":"eastus"}]'],
      ["a text", '"eastus"'],
      ["a number", "12"],
      ["null", "null"],
      ["true", "true"],
      ["two documents", '{"location":"eastus"}{"location":"eastus"}'],
      ["XML", "<group><location>eastus</location></group>"],
      ["a form", "location=eastus"],
      ["a byte order mark alone", Buffer.from([0xef, 0xbb, 0xbf])],
      ["bytes that are no UTF-8", Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d])],
      ["a surrogate that is cut", Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
      ["UTF-16", Buffer.from('{"location":"eastus"}', "utf16le")],
      ["zero bytes", Buffer.alloc(32)],
      ["lists nested ten thousand deep", nested(10_000, "[", "]")],
      ["objects nested deep", `${'{"a":'.repeat(5000)}1${"}".repeat(5000)}`],
      ["a location that is a number", '{"location":5}'],
      ["a location that is a list", '{"location":["eastus"]}'],
      ["a location that is an object", '{"location":{}}'],
      ["a location that is null", '{"location":null}'],
      ["no location", "{}"],
      ["an empty location", '{"location":""}'],
      ["a location that there is not", '{"location":"atlantis"}'],
      ["a location of a megabyte", `{"location":"${"x".repeat(1_000_000)}"}`],
      ["a prototype", '{"__proto__":{"location":"eastus"}}'],
    ];
    const properties: readonly (readonly [string, unknown])[] = [
      ["properties that are a text", "x"],
      ["properties that are a list", []],
      ["properties that are null", null],
      ["properties that are a number", 7],
      ["no properties", undefined],
      ["a hardware profile that is a text", { hardwareProfile: "big" }],
      ["a hardware profile that is null", { hardwareProfile: null }],
      ["a size that is a list", { hardwareProfile: { vmSize: [] } }],
      ["a size that is an object", { hardwareProfile: { vmSize: {} } }],
      ["a storage profile that is a list", { storageProfile: [] }],
      ["a storage profile that is a text", { storageProfile: "disk" }],
      ["an image that is a text", { storageProfile: { imageReference: "ubuntu" } }],
      ["an image that is null", { storageProfile: { imageReference: null, osDisk: null } }],
      ["a disk that is a list", { storageProfile: { osDisk: [] } }],
      ["an OS profile that is a text", { osProfile: "linux" }],
      ["an OS profile that is a list", { osProfile: [1] }],
      ["a password that is a number", { osProfile: { adminPassword: 12 } }],
      ["a computer name that is an object", { osProfile: { computerName: {} } }],
      ["a network profile that is a text", { networkProfile: "net" }],
      ["interfaces that are an object", { networkProfile: { networkInterfaces: {} } }],
      ["interfaces that are a text", { networkProfile: { networkInterfaces: "nic" } }],
      ["interfaces that are null", { networkProfile: { networkInterfaces: [null] } }],
      ["an interface's id that is a number", { networkProfile: { networkInterfaces: [{ id: 5 }] } }],
      ["an interface's id that is no id", { networkProfile: { networkInterfaces: [{ id: "nic" }] } }],
    ];
    const vmPut = (what: string, body: unknown): Malformed =>
      put(
        `a VM with ${what}`,
        JSON.stringify(body),
        `${world.compute("virtualMachines", "new")}?api-version=2025-04-01`,
      );
    const net = (type: string): string => `${world.network(type, "new")}?api-version=2024-10-01`;
    const networks = ["virtualNetworks", "networkSecurityGroups", "publicIPAddresses", "networkInterfaces"].flatMap(
      (type) =>
        [
          ["a text", '"x"'],
          ["no location", '{"properties":{}}'],
          ["properties that are a text", '{"location":"eastus","properties":"x"}'],
          ["properties that are a list", '{"location":"eastus","properties":[1]}'],
          ["a location that is a list", '{"location":[],"properties":{}}'],
        ].map(([what, body]) => put(`${type} with ${what}`, body ?? "", net(type))),
    );
    const assignment = `${world.group}/providers/Microsoft.Authorization/roleAssignments`;
    const auth = "api-version=2022-04-01";
    const guid = "11111111-2222-4333-8444-555555555555";
    const tokenPath = `/${azure.emulator.tenantId}/oauth2/v2.0/token`;
    const form = { "content-type": "application/x-www-form-urlencoded" };
    const raw = (what: string, text: string): Malformed => ({ what, raw: Buffer.from(text, "latin1") });
    return [
      ...bodies.map(([what, body]) => put(`a group with ${what}`, body, other)),
      ...bodies.slice(0, 24).map(([what, body]) => put(`a VM with ${what}`, body, vmTarget)),
      ...properties.map(([what, value]) => vmPut(what, { location: "eastus", properties: value })),
      ...[
        "x",
        [],
        5,
        null,
        { type: 5 },
        { type: "Several" },
        { type: "UserAssigned", userAssignedIdentities: "id" },
      ].map((identity) => vmPut(`an identity that is ${JSON.stringify(identity)}`, { location: "eastus", identity })),
      ...networks,
      ...["{}", "[]", '{"properties":null}', '{"properties":"x"}', '{"properties":{"principalId":5}}'].map((body) =>
        put(`a role assignment with ${body}`, body, `${assignment}/${guid}?${auth}`),
      ),
      put("a role assignment whose name is no GUID", "{}", `${assignment}/mine?${auth}`),
      ...[
        "{}",
        '{"commandId":5}',
        '{"commandId":"RunShellScript","script":"echo"}',
        "[]",
        '"run"',
        "",
        '{"script":{}}',
      ].map((body): Malformed => ({
        what: `POST runCommand with ${body}`,
        raw: request("POST", `${vm}/runCommand?api-version=2025-04-01`, body),
      })),
      ...[
        "{}",
        "[]",
        '{"location":"eastus"}',
        '{"location":"eastus","properties":5}',
        '{"location":"eastus","properties":{"source":"x"}}',
      ].map((body) => put(`a managed run with ${body}`, body, `${vm}/runCommands/one?api-version=2025-04-01`)),
      // Paths
      get("no api-version", world.group),
      get("an empty api-version", `${world.group}?api-version=`),
      get("an api-version that is a word", `${world.group}?api-version=latest`),
      get("an api-version of a day that there is not", `${world.group}?api-version=2021-99-99`),
      get("an api-version that is code", `${world.group}?api-version=%27%3Bdrop`),
      get("an api-version of a kilobyte", `${world.group}?api-version=${"2".repeat(1024)}`),
      get("a subscription that is no GUID", `/subscriptions/mine/resourceGroups/a?${API}`),
      get("another subscription", `/subscriptions/${guid}?${API}`),
      get("the root", `/?${API}`),
      get("a path of slashes", `////?${API}`),
      get("a path of dots", `/../../etc/passwd?${API}`),
      get("encoded dots", `/subscriptions/..%2f..%2fetc?${API}`),
      get("a broken escape", `/subscriptions/%zz?${API}`),
      get("an escape that is cut", `/subscriptions/%e?${API}`),
      get("an escape of no UTF-8", `/subscriptions/%ff%fe?${API}`),
      get("a zero byte", `${world.group}%00?${API}`),
      get("a newline", `${world.group}%0d%0aset-cookie:x?${API}`),
      get("a script", `/subscriptions/<script>?${API}`),
      get("providers of nothing", `${world.group}/providers?${API}`),
      get("providers of nobody", `${world.group}/providers//?${API}`),
      get("a namespace that there is not", `${world.group}/providers/Contoso.Nothing/things/a?${API}`),
      get("a type that there is not", `${world.group}/providers/Microsoft.Compute/nothings/a?${API}`),
      get("a group that there is not", `${world.group}9?${API}`),
      get("a VM that there is not", `${vm}9?api-version=2025-04-01`),
      get("a name of a thousand letters", `${world.group}${"x".repeat(1000)}?${API}`),
      get("four thousand segments", `/subscriptions${"/a".repeat(4000)}?${API}`),
      get("providers again and again", `/subscriptions${"/providers/a/b/c".repeat(200)}?${API}`),
      get("a query without end", `${world.group}?${"a=b&".repeat(3000)}${API}x`),
      get("an unknown place", `/favicon.ico?${API}`),
      get("words of objects", `/__proto__/constructor?${API}`),
      get("words of objects as a type", `${world.group}/providers/__proto__/constructor/a?${API}`),
      get("a filter that is none", `/subscriptions/${guid}/resources?$filter=((((&${API}`),
      ...["a.", "a/b", "a%2Fb", "%20", "a%3Fb", "a%5Cb", `${"x".repeat(91)}`, "a%00", "%F0%9F%92%A9."].map((name) =>
        put(
          `a group named ${name.slice(0, 20)}`,
          '{"location":5}',
          `${azure.subscription}/resourceGroups/${name}?${API}`,
        ),
      ),
      ...["a", "-ab", "a b", "x".repeat(200), "%F0%9F%92%A9%F0%9F%92%A9%F0%9F%92%A9"].map((name) =>
        put(
          `an identity named ${name.slice(0, 20)}`,
          '{"location":5}',
          `${world.identity(encodeURI(name))}?api-version=2024-11-30`,
        ),
      ),
      // Headers
      get("no token", group, { authorization: undefined }),
      ...[
        "",
        "Bearer",
        "Bearer ",
        "Basic eDp5",
        "Bearer a.b",
        "Bearer a.b.c",
        "Bearer ...",
        `Bearer ${"a".repeat(9000)}`,
      ].map((authorization) => get(`a token "${authorization.slice(0, 20)}"`, group, { authorization })),
      get("a token of another signature", group, { authorization: `Bearer ${token.slice(0, -6)}AAAAAA` }),
      get("a token that says it needs none", group, {
        authorization: `Bearer ${Buffer.from('{"alg":"none"}').toString("base64url")}.${token.split(".")[1]}.`,
      }),
      get("a token with claims that are a list", group, {
        authorization: `Bearer ${token.split(".")[0]}.W10.${token.split(".")[2]}`,
      }),
      get("a host with a path", group, { host: "localhost/evil" }),
      get("a host with a user", group, { host: "me@localhost" }),
      get("a host with blanks", group, { host: "a b" }),
      get("headers of forty kilobytes", group, { "x-a": "a".repeat(40_000) }),
      get("an Expect header", group, { expect: "the unexpected" }),
      put("a body that is packed", Buffer.from([31, 139, 8, 0]), other, { "content-encoding": "gzip" }),
      put("a body of five megabytes", `{"location":"${"x".repeat(5 * 1024 * 1024)}"}`, other),
      put("text", '{"location":5}', other, { "content-type": "text/plain" }),
      // Methods
      ...["PATCH", "POST", "DELETE"].map((method): Malformed => ({
        what: `${method} of /subscriptions`,
        raw: request(method, `/subscriptions?${API}`),
      })),
      ...["TRACE", "OPTIONS", "PROPFIND", "SEARCH", "LINK"].map((method): Malformed => ({
        what: method,
        raw: request(method, group),
      })),
      { what: "HEAD of nothing", raw: request("HEAD", `${world.group}9?${API}`) },
      { what: "HEAD without a token", raw: request("HEAD", group, "", { authorization: undefined }) },
      // Sign-in
      ...[
        "",
        "x",
        "grant_type=password",
        "grant_type=client_credentials",
        "grant_type=client_credentials&client_id=x",
        "%%%",
        "{}",
      ].map((body): Malformed => ({
        what: `POST for a token with ${body}`,
        raw: request("POST", tokenPath, body, form),
      })),
      get("a token", tokenPath),
      {
        what: "a token of another tenant",
        raw: request("POST", `/${guid}/oauth2/v2.0/token`, "grant_type=client_credentials", form),
      },
      // What is no HTTP
      raw("words", "hello\r\n\r\n"),
      raw("a method that there is not", `FETCH ${group} HTTP/1.1\r\nhost: localhost\r\n\r\n`),
      raw("no version", `GET ${group}\r\n\r\n`),
      raw("another version", `GET ${group} HTTP/9.9\r\nhost: localhost\r\n\r\n`),
      raw("a header without a colon", `GET ${group} HTTP/1.1\r\nhost localhost\r\n\r\n`),
      raw("a blank before a header's colon", `GET ${group} HTTP/1.1\r\nhost : localhost\r\n\r\n`),
      raw(
        "a control character in a header",
        `GET ${group} HTTP/1.1\r\nx: a\u0001b\r\nhost: localhost\r\nconnection: close\r\n\r\n`,
      ),
      raw(
        "two lengths",
        `PUT ${group} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}`,
      ),
      raw("a length that is no number", `PUT ${group} HTTP/1.1\r\nhost: localhost\r\ncontent-length: two\r\n\r\n{}`),
      raw("a length below nothing", `PUT ${group} HTTP/1.1\r\nhost: localhost\r\ncontent-length: -2\r\n\r\n{}`),
      raw(
        "a length and chunks",
        `PUT ${group} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n{}`,
      ),
      raw(
        "chunks that are none",
        `PUT ${group} HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`,
      ),
      raw(
        "an encoding that there is not",
        `PUT ${group} HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: magic\r\n\r\n{}`,
      ),
      raw("a path with blanks", `GET /a b HTTP/1.1\r\nhost: localhost\r\n\r\n`),
      raw("a folded header", `GET ${group} HTTP/1.1\r\nhost: localhost\r\nx: a\r\n b\r\nconnection: close\r\n\r\n`),
      raw("CONNECT", "CONNECT management.azure.com:443 HTTP/1.1\r\nhost: management.azure.com:443\r\n\r\n"),
      raw("a proxy's path", `GET http://evil.example${group} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`),
      raw("TLS", "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003\r\n\r\n"),
    ];
  };

  it("is refused cleanly, in Azure's form: more than two hundred of them", async () => {
    const all = cases();
    expect(all.length).greaterThan(200);
    const found = await Promise.all(all.map(check));
    expect(found.filter((problem) => problem !== undefined).join("\n")).equal("");
  });
  it("changes nothing", async () => {
    const { body } = await azure.send("GET", `${world.group}/resources`);
    expect((body.value as { name: string }[]).map(({ name }) => name).toSorted()).not.include("new");
    expect((await azure.send("GET", `${world.group}`)).status).equal(200);
  });
});
