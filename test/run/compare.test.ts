import { expect } from "chai";
import { merge, satisfies } from "../../engine/run/compare.ts";
import { Secret } from "../../engine/value/secret.ts";

const facts = { apiVersion: "2025-04-01", writeOnly: ["/properties/password"] };

describe("comparing what is there with what is wanted", () => {
  it("ignores what is there and was not asked for", () => {
    expect(satisfies({ location: "eastus", extra: 1 }, { location: "eastus" }, facts)).equal(true);
  });
  it("folds case and blanks of the location, and case of ids and keys", () => {
    expect(satisfies({ Location: "eastus" }, { location: "West US" }, facts)).equal(false);
    expect(satisfies({ location: "eastus" }, { location: "East US" }, facts)).equal(true);
    expect(
      satisfies({ id: "/subscriptions/A/resourcegroups/X" }, { ID: "/subscriptions/a/resourceGroups/x" }, facts),
    ).equal(true);
  });
  it("does not fold the case of other text", () => {
    expect(satisfies({ tags: { a: "X" } }, { tags: { a: "x" } }, facts)).equal(false);
  });
  it("finds no tags where none are wanted, and an empty object only where there is one", () => {
    expect(satisfies({ location: "eastus" }, { tags: {} }, facts)).equal(true);
    expect(satisfies({ location: "eastus" }, { tags: { a: "b" } }, facts)).equal(false);
    expect(satisfies({ properties: {} }, { properties: { tags: {} } }, facts)).equal(false);
  });
  it("takes secrets and write-only properties as there", () => {
    expect(satisfies({ properties: {} }, { properties: { password: "p", key: Secret.of("inputs.k") } }, facts)).equal(
      true,
    );
  });
  it("matches lists of named items by name, and other lists by position and length", () => {
    const have = {
      subnets: [
        { name: "b", prefix: 2 },
        { name: "A", prefix: 1 },
      ],
      zones: ["1", "2"],
    };
    expect(satisfies(have, { subnets: [{ name: "a", prefix: 1 }] }, facts)).equal(true);
    expect(satisfies(have, { subnets: [{ name: "c" }] }, facts)).equal(false);
    expect(satisfies(have, { zones: ["1"] }, facts)).equal(false);
  });
  it("keeps the other named items when it merges, and leaves out what only the service writes", () => {
    const have = {
      etag: "x",
      properties: { provisioningState: "Succeeded", subnets: [{ name: "old" }, { name: "mine", p: 1 }] },
    };
    expect(merge(have, { properties: { subnets: [{ name: "Mine", p: 2 }, { name: "new" }] } })).eql({
      properties: { subnets: [{ name: "old" }, { name: "Mine", p: 2 }, { name: "new" }] },
    });
  });
});
