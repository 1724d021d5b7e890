import { expect } from "chai";
import { AzureCalls } from "../support/azure-calls.ts";
import { makeVm, namesIn, openWorld, type World } from "../support/azure-world.ts";
import { expectRefusal, refusalsOf, type Row } from "../support/refusals.ts";

describe("a request that cannot mean anything", () => {
  const azure = new AzureCalls({ seed: "meaningless-requests" });
  let world: World;
  before(async () => {
    await azure.signIn();
    world = await openWorld(azure);
  });
  const refuses = refusalsOf(azure);
  const tags = (length: number) => Object.fromEntries(Array.from({ length }, (_, n) => [`tag${n}`, "x"]));
  const common: readonly Row[] = [
    [
      "more tags than fifty",
      { tags: tags(51) },
      400,
      "TooManyTags",
      "The number of tags specified exceeds maximum allowed, actual '51', maximum allowed '50'.",
    ],
    [
      "a tag with a value that is too long",
      { tags: { a: "x".repeat(257) } },
      400,
      "InvalidTagValueLength",
      "The value of the tag 'a' exceeds the maximum length: it has 257 characters, 256 are allowed.",
    ],
    [
      "a tag with a name that is too long",
      { tags: { ["x".repeat(513)]: "a" } },
      400,
      "InvalidTagNameLength",
      `The tag name '${"x".repeat(80)}…' exceeds the maximum length: it has 513 characters, 512 are allowed.`,
    ],
    [
      "a tag without a name",
      { tags: { "": "a" } },
      400,
      "InvalidTagName",
      "The tag name must not be null, empty or whitespace only.",
    ],
    [
      "a tag with a slash in its name",
      { tags: { "a/b": "a" } },
      400,
      "InvalidTagNameCharacters",
      "The tag names 'a/b' have reserved characters '<,>,%,&,\\,?,/' or control characters.",
    ],
    [
      "a tag that is given twice",
      { tags: { cost: "1", Cost: "2" } },
      400,
      "InvalidTagName",
      "The tag name 'Cost' is given more than once: names compare without case.",
    ],
    [
      "a state that nobody sets",
      { "properties.provisioningState": "Failed" },
      400,
      "PropertyChangeNotAllowed",
      "Changing property 'provisioningState' is not allowed: it reads …",
    ],
    [
      "properties that are a number",
      { properties: 7 },
      400,
      "InvalidRequestContent",
      "The request content was invalid and could not be deserialized: 'Cannot convert the value '7' at path 'properties' to type 'object'.'.",
    ],
  ];
  const located = () => ({ location: "eastus" });
  describe("of a group", () => {
    refuses(() => world.group, located, common);
    refuses(
      () => world.group,
      () => ({}),
      common,
      "PATCH",
    );
  });
  describe("of a resource", () => {
    refuses(() => world.compute("availabilitySets", "set"), located, common);
    refuses(
      () => world.network("virtualNetworks", "net"),
      () => ({}),
      common.filter(([, changes]) => "tags" in changes),
      "PATCH",
    );
  });

  it("is taken with fifty tags, and with the state that is there", async () => {
    const { status } = await azure.put(world.group, {
      location: "eastus",
      tags: { ...tags(49), ["x".repeat(512)]: "x".repeat(256) },
      properties: { provisioningState: "Succeeded" },
    });
    expect(status).equal(200);
  });

  describe("of a disk", () => {
    const disk = () => world.compute("disks", "data");
    const good = () => ({
      location: "eastus",
      sku: { name: "Premium_LRS" },
      properties: { creationData: { createOption: "Empty" }, diskSizeGB: 32 },
    });
    const rows: readonly Row[] = [
      [
        "a product that there is not",
        { "sku.name": "Gold" },
        400,
        "BadRequest",
        "Error converting value \"Gold\" to type 'Name'. Path 'sku.name', line 1, position …",
      ],
      [
        "no size",
        { "properties.diskSizeGB": 0 },
        400,
        "InvalidParameter",
        "The value of parameter 'disk.diskSizeGB' must be between 1 and 65536.",
      ],
      [
        "half a gigabyte",
        { "properties.diskSizeGB": 0.5 },
        400,
        "InvalidParameter",
        "The value of parameter 'disk.diskSizeGB' must be between 1 and 65536.",
      ],
    ];
    refuses(disk, good, [
      ...rows,
      [
        "a way to make it that there is not",
        { "properties.creationData.createOption": "Magic" },
        400,
        "BadRequest",
        "Error converting value \"Magic\" to type 'CreateOption'. Path 'properties.creationData.createOption', line 1, position …",
      ],
    ]);
    it("is told from one that can: its Location ends with the disk", async () => {
      const made = await azure.put(disk(), good());
      expect(made.status).equal(202);
      azure.now += 1000;
      const { status, body } = await azure.get(made.headers["location"] ?? "");
      expect({ status, id: body.id as string, state: body.properties.provisioningState as string }).eql({
        status: 200,
        id: disk(),
        state: "Succeeded",
      });
      const grown = await azure.patch(disk(), { properties: { diskSizeGB: 64, uniqueId: "mine" } });
      azure.now += 1000;
      const after = await azure.get(grown.headers["location"] ?? "");
      const sizes = ({ diskSizeGB, diskSizeBytes, diskIOPSReadWrite }: Record<string, number>) => [
        diskSizeGB,
        diskSizeBytes,
        diskIOPSReadWrite,
      ];
      expect(sizes(after.body.properties as Record<string, number>)).eql([64, 64 * 1024 ** 3, 256]);
      const { body: read } = await azure.get(disk());
      expect(read.properties).eql(after.body.properties);
      expect(read.properties.uniqueId).equal(body.properties.uniqueId);
      await azure.put(disk(), { ...good(), properties: { creationData: { createOption: "Empty" }, diskSizeGB: 128 } });
      expect(sizes((await azure.get(disk())).body.properties as Record<string, number>)).eql([
        128,
        128 * 1024 ** 3,
        512,
      ]);
    });
    refuses(
      disk,
      () => ({}),
      [
        ...rows,
        [
          "less than there is",
          { "properties.diskSizeGB": 8 },
          409,
          "OperationNotAllowed",
          "Disk size cannot be reduced: data has 128 GB, 8 GB are asked for.",
        ],
      ],
      "PATCH",
    );
  });

  describe("of an image", () => {
    const none = namesIn(azure).compute("virtualMachines", "none");
    const good = () => ({
      location: "eastus",
      properties: { sourceVirtualMachine: { id: world.compute("virtualMachines", "vm") } },
    });
    const image = () => world.compute("images", "image");
    before(() => makeVm(azure, world, "vm"));
    refuses(image, good, [
      [
        "a VM that is a truth",
        { "properties.sourceVirtualMachine": true },
        400,
        "InvalidRequestContent",
        "The request content was invalid and could not be deserialized: 'Cannot convert the value 'true' at path 'properties.sourceVirtualMachine' to type 'object'.'.",
      ],
      [
        "a VM that there is not",
        { "properties.sourceVirtualMachine.id": none },
        400,
        "InvalidResourceReference",
        `Resource ${none} referenced by resource …`,
      ],
      [
        "a VM that is no id",
        { "properties.sourceVirtualMachine.id": "vm" },
        400,
        "LinkedInvalidPropertyId",
        "Property id 'vm' at path 'properties.sourceVirtualMachine.id' is invalid. Expect …",
      ],
      [
        "nothing that it is made of",
        { "properties.sourceVirtualMachine": undefined },
        400,
        "InvalidParameter",
        "Required parameter 'storageProfile' is missing (null).",
      ],
    ]);
    it("is told from one that can", async () => {
      expect((await azure.put(image(), good())).status).equal(201);
    });
  });

  it("is told by the document of its type: a new availability set is answered 200", async () => {
    const made = ["availabilitySets", "proximityPlacementGroups"].map((type) =>
      azure.put(world.compute(type, "new"), located()),
    );
    expect((await Promise.all(made)).map(({ status }) => status)).eql([200, 201]);
  });

  it("is refused when it is no JSON", async () => {
    const put = (type: string) =>
      azure.send("PUT", `${world.group}?api-version=2021-04-01`, {
        body: located(),
        headers: { "content-type": type },
      });
    for (const type of ["application/xml", "text/plain; charset=utf-8", "application/x-www-form-urlencoded"])
      expectRefusal(
        await put(type),
        415,
        "UnsupportedMediaType",
        `The content media type '${type.split(";")[0]}' is not supported. Only 'application/json' is supported.`,
      );
    for (const type of ["application/json; charset=utf-8", "text/json", "application/merge-patch+json"])
      expect((await put(type)).status).equal(200);
  });

  for (const what of ["vmSizes", "usages", "publishers"])
    it(`is refused below a region that there is not: ${what}`, async () => {
      const reply = await azure.get(`${azure.subscription}/providers/Microsoft.Compute/locations/atlantis/${what}`);
      expectRefusal(
        reply,
        400,
        "NoRegisteredProviderFound",
        `No registered resource provider found for location 'atlantis' and API version '2025-04-01' for type 'locations/${what}'. The supported api-versions are '2015-06-15, …`,
      );
    });

  for (const token of ["garbage", "", "MA", "MHgx", "LTE", "MS41"])
    it(`is refused with the skip token "${token}"`, async () => {
      for (const list of [
        "/subscriptions",
        `${azure.subscription}/resources`,
        `${azure.subscription}/providers/Microsoft.Authorization/roleDefinitions`,
      ])
        expectRefusal(
          await azure.get(`${list}?$skiptoken=${token}`),
          400,
          "InvalidSkipToken",
          `The skip token '${token}' is invalid.`,
        );
    });

  it("is refused by Graph with a filter that it cannot read", async () => {
    const get = (collection: string, filter: string) =>
      azure.send("GET", `/v1.0/${collection}?$filter=${encodeURIComponent(filter)}`, { isBare: true });
    for (const collection of ["servicePrincipals", "users", "groups"])
      for (const filter of ["((((", "displayName eq 'a"]) {
        const { status, body } = await get(collection, filter);
        expect([status, body.error.code]).eql([400, "BadRequest"]);
      }
    expect((await get("users", "startswith(displayName,'(')")).status).equal(200);
    expect((await get("servicePrincipals", "displayName eq 'a'")).status).equal(200);
  });

  it("is refused with a slash in a name", async () => {
    const version = "api-version=2025-04-01";
    const vm = (method: string) =>
      azure.send(method, `${world.compute("virtualMachines", "a%2Fb")}?${version}`, { body: located() });
    expect([(await vm("GET")).status, (await vm("PUT")).status, (await vm("DELETE")).status]).eql([404, 400, 400]);
    const group = (method: string) =>
      azure.send(method, `${azure.subscription}/resourceGroups/a%2fb?${version}`, { body: located() });
    expect([(await group("GET")).status, (await group("PUT")).status]).eql([404, 400]);
  });
});
