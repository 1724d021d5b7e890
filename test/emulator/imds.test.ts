import { expect } from "chai";
import { request as httpRequest } from "node:http";
import { MetadataDoors, type MetadataAddress } from "../../engine/emulator/doors/metadata.ts";
import { AzureCalls } from "../support/azure-calls.ts";
import { makeVm, openWorld, type World } from "../support/azure-world.ts";

const TOKEN = "/metadata/identity/oauth2/token";
const V = "api-version=2018-02-01";
const RESOURCE = "resource=https%3A%2F%2Fmanagement.azure.com%2F";
const metadata = { metadata: "true" };

describe("a VM's metadata service", () => {
  let azure: AzureCalls;
  let world: World;
  let doors: MetadataDoors;
  const told: (readonly MetadataAddress[])[] = [];
  const vms: Record<string, string> = {};
  const clients: Record<string, string> = {};

  const get = (vm: string, path: string, headers: Record<string, string> = metadata, method = "GET") => {
    const { url } = doors.addresses.find((one) => one.vm === vms[vm])!;
    return new Promise<{ status: number; body: unknown; headers: Record<string, unknown> }>((resolve, reject) => {
      const sent = httpRequest(`${url}${path}`, { method, headers, agent: false }, (reply) => {
        let text = "";
        reply.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
        reply.on("end", () => {
          const isJson = String(reply.headers["content-type"]).startsWith("application/json");
          const body: unknown = isJson && text !== "" ? JSON.parse(text) : text;
          resolve({ status: reply.statusCode ?? 0, body, headers: reply.headers });
        });
      });
      sent.on("error", reject).end();
    });
  };

  before(async () => {
    azure = await new AzureCalls().signIn();
    world = await openWorld(azure);
    for (const name of ["none", "one", "two", "system", "off"]) vms[name] = await makeVm(azure, world, name);
    for (const name of ["ida", "idb"]) {
      const { body } = await azure.put(world.identity(name), { location: "eastus" });
      clients[name] = body.properties.clientId as string;
    }
    const assign = (vm: string, type: string, ...ids: string[]) =>
      azure.patch(vms[vm]!, {
        identity: {
          type,
          ...(ids.length > 0 && {
            userAssignedIdentities: Object.fromEntries(ids.map((id) => [world.identity(id), {}])),
          }),
        },
      });
    await assign("one", "UserAssigned", "ida");
    await assign("two", "UserAssigned", "ida", "idb");
    await assign("system", "SystemAssigned");
    azure.now += 10_000;
    doors = new MetadataDoors(azure.emulator, { port: 0, onChange: (now) => told.push(now) });
    await doors.follow();
  });
  after(() => doors.close());

  it("has an address of its own", () => {
    const hosts = new Set(doors.addresses.map(({ url }) => new URL(url).host));
    expect(hosts.size).equal(5);
    for (const host of hosts) expect(host).match(/^127\./);
    expect(told.length).equal(1);
  });

  const refused: readonly (readonly [
    what: string,
    vm: string,
    path: string,
    status: number,
    body: unknown,
    headers?: Record<string, string>,
    method?: string,
  ])[] = [
    [
      "no Metadata header",
      "one",
      `${TOKEN}?${V}&${RESOURCE}`,
      400,
      oauth("Required metadata header not specified"),
      {},
    ],
    [
      "another value of it",
      "one",
      `${TOKEN}?${V}&${RESOURCE}`,
      400,
      oauth("Required metadata header not specified"),
      { metadata: "yes" },
    ],
    [
      "a request that was forwarded",
      "one",
      `${TOKEN}?${V}&${RESOURCE}`,
      400,
      oauth("Requests with an X-Forwarded-For header are not allowed"),
      { ...metadata, "x-forwarded-for": "10.0.0.1" },
    ],
    [
      "another method",
      "one",
      `${TOKEN}?${V}&${RESOURCE}`,
      405,
      { error: "method_not_allowed", error_description: "The metadata service takes GET alone" },
      metadata,
      "POST",
    ],
    [
      "a resource that there is not",
      "one",
      `${TOKEN}?${V}&resource=https://nope.example/`,
      400,
      {
        error: "invalid_resource",
        error_description:
          "AADSTS500011: The resource principal named https://nope.example/ was not found in the tenant named {tenant}. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant.",
      },
    ],
    ...["attested/document", "scheduledevents", "loadbalancer"].map(
      (what) =>
        [
          `${what}, which is not emulated`,
          "one",
          `/metadata/${what}?api-version=2020-07-01`,
          501,
          {
            error: "not_emulated",
            error_description: `The emulator does not serve ${what.replace(/\/.*/, "")}.`,
          },
        ] as const,
    ),
    ["no api-version", "one", `${TOKEN}?${RESOURCE}`, 400, oauth("Required query variable 'api-version' is missing")],
    [
      "an api-version that there is not",
      "one",
      `${TOKEN}?api-version=2017-01-01&${RESOURCE}`,
      400,
      oauth("Required query variable 'api-version' has an unsupported value '2017-01-01'"),
    ],
    ["no resource", "one", `${TOKEN}?${V}`, 400, oauth("Required query variable 'resource' is missing")],
    [
      "a variable twice",
      "one",
      `${TOKEN}?${V}&${RESOURCE}&${RESOURCE}`,
      400,
      oauth("Query variable 'resource' is specified more than once"),
    ],
    ["no identity at all", "none", `${TOKEN}?${V}&${RESOURCE}`, 400, oauth("Identity not found")],
    [
      "an identity that there is not",
      "one",
      `${TOKEN}?${V}&${RESOURCE}&client_id=00000000-0000-0000-0000-000000000000`,
      400,
      oauth("Identity not found"),
    ],
    ["one that another VM has", "one", `${TOKEN}?${V}&${RESOURCE}&client_id={idb}`, 400, oauth("Identity not found")],
    [
      "several and no choice",
      "two",
      `${TOKEN}?${V}&${RESOURCE}`,
      400,
      oauth(
        "Multiple user assigned identities exist, please specify the clientId / resourceId of the identity in the token request",
      ),
    ],
    ["a path that there is not", "one", `/metadata/nothing?${V}`, 404, { error: "not_found" }],
    [
      "an element that there is not",
      "one",
      "/metadata/instance/compute/colour?api-version=2021-02-01",
      404,
      { error: "Not found" },
    ],
    [
      "a leaf as JSON",
      "one",
      "/metadata/instance/compute/name?api-version=2021-02-01",
      400,
      { error: "Bad request. A leaf of the metadata is given as text only: format=text" },
    ],
    [
      "no api-version for the instance",
      "one",
      "/metadata/instance",
      400,
      {
        error:
          "Bad request. api-version is invalid or was not specified in the request. For more information refer to aka.ms/azureimds",
        "newest-versions": ["2025-04-07", "2024-07-17", "2024-03-15"],
      },
    ],
  ];
  for (const [what, vm, path, status, body, headers, method] of refused) {
    it(`refuses ${what}`, async () => {
      const reply = await get(vm, path.replace("{idb}", clients["idb"] ?? ""), headers, method);
      const expected: unknown = JSON.parse(JSON.stringify(body).replace("{tenant}", azure.emulator.tenantId));
      // Without the ids and the time that Entra adds.
      const said: unknown = JSON.parse(
        JSON.stringify(reply.body).replace(/(\\r\\n(Trace|Correlation|Timestamp)[^"\\]*)+/, ""),
      );
      expect([reply.status, said]).eql([status, expected]);
      expect(reply.headers["server"]).equal("IMDS/150.870.65.512");
    });
  }

  it("gives tokens for the identity that is meant, every value a text", async () => {
    const ask = async (vm: string, more = "") => {
      const { status, body } = await get(vm, `${TOKEN}/?${V}&${RESOURCE}${more}`);
      expect(status).equal(200);
      return body as Record<string, string>;
    };
    const token = await ask("one");
    expect(Object.values(token).every((value) => typeof value === "string")).equal(true);
    expect(token).include({ client_id: clients["ida"], token_type: "Bearer", expires_in: "86399" });
    expect((await ask("two", `&client_id=${clients["idb"]}`))["client_id"]).equal(clients["idb"]);
    expect((await ask("two", `&msi_res_id=${encodeURIComponent(world.identity("IDB"))}`))["client_id"]).equal(
      clients["idb"],
    );
    const claims = (jwt: string): Record<string, string> =>
      JSON.parse(Buffer.from(jwt.split(".")[1]!, "base64url").toString()) as Record<string, string>;
    expect(claims((await ask("system"))["access_token"]!)["xms_mirid"]).equal(vms["system"]);
  });
  it("tells a VM about itself, whole, in parts and as text", async () => {
    const { body } = await get("one", "/metadata/instance?api-version=2021-02-01");
    const { compute, network } = body as {
      compute: Record<string, unknown>;
      network: { interface: { ipv4: { ipAddress: { privateIpAddress: string }[]; subnet: unknown[] } }[] };
    };
    expect(compute).include({
      name: "one",
      location: "eastus",
      osType: "Windows",
      resourceGroupName: "Lab",
      resourceId: vms["one"],
      provider: "Microsoft.Compute",
      zone: "",
    });
    expect(network.interface[0]?.ipv4.ipAddress[0]?.privateIpAddress).match(/^10\.0\.0\.\d+$/);
    expect(network.interface[0]?.ipv4.subnet).eql([{ address: "10.0.0.0", prefix: "24" }]);
    const part = async (path: string): Promise<unknown> =>
      (await get("one", `/metadata/instance/${path}?api-version=2021-02-01&format=text`)).body;
    expect(await part("compute/name")).equal("one");
    expect(await part("compute/osProfile")).equal("adminUsername\ncomputerName\ndisablePasswordAuthentication");
    expect(await part("")).equal("compute/\nnetwork/");
    expect((await get("one", "/metadata/versions")).status).equal(200);
  });
  it("goes with its VM, and is silent while that is off", async () => {
    await azure.send("POST", `${vms["off"]}/deallocate`);
    azure.now += 60_000;
    const silent = await get("off", `${TOKEN}?${V}&${RESOURCE}`).catch((error: unknown) => error);
    expect((silent as NodeJS.ErrnoException).code).equal("ECONNRESET");
    await azure.send("DELETE", vms["off"]!);
    azure.now += 60_000;
    await doors.follow();
    expect(doors.addresses.map(({ vm }) => vm)).not.include(vms["off"]);
    expect(told.length).equal(2);
  });
});

function oauth(error_description: string): { error: string; error_description: string } {
  return { error: "invalid_request", error_description };
}
