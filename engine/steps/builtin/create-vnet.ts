// `create-vnet`: a virtual network with subnets. What the network has besides is kept: other subnets, other ranges.

import { idProblems } from "../arm-id.ts";
import { defineStep, type InputProblem, type KnownInputs } from "../definition.ts";
import { ensure, find } from "../operation.ts";
import { virtualNetwork } from "../resources.ts";
import { type Static, Type } from "../type.ts";
import { groupName, location, networkName, regionProblems, tagProblems, tags } from "./fields.ts";
import { isRangeWithin, oneRangeProblems } from "./network-rules.ts";

const DEFAULT_RANGES = ["10.0.0.0/16"];

const inputs = Type.Object(
  {
    resourceGroup: groupName,
    name: networkName("Name of the network.", 2, 64),
    location,
    addressPrefixes: Type.Optional(
      Type.Array(Type.String(), {
        description: "IPv4 ranges that the network must have; others stay. Default: 10.0.0.0/16.",
        minItems: 1,
        uniqueItems: true,
      }),
    ),
    subnets: Type.Optional(
      Type.Array(
        Type.Object(
          {
            name: networkName("Name of the subnet."),
            addressPrefix: Type.String({ description: "Its IPv4 range, inside one of the network's." }),
            networkSecurityGroup: Type.Optional(
              Type.String({ description: "ARM id of the network security group that guards it.", minLength: 1 }),
            ),
          },
          { additionalProperties: false },
        ),
        { description: "Subnets that the network must have; others stay." },
      ),
    ),
    tags,
  },
  { additionalProperties: false },
);

export const createVnet = defineStep({
  name: "create-vnet",
  summary: "Create a virtual network with subnets, or add what is missing to one that is there.",
  inputs,
  outputs: Type.Object({
    id: Type.String({ description: "ARM id of the network." }),
    name: Type.String(),
    location: Type.String(),
    subnetIds: Type.Record(Type.String(), Type.String(), { description: "ARM ids of the subnets above, by name." }),
  }),
  examples: [
    {
      title: "A network with two subnets",
      with: {
        resourceGroup: "${{ steps.group.outputs.name }}",
        name: "myNetwork",
        location: "eastus",
        addressPrefixes: ["10.1.0.0/16"],
        subnets: [
          { name: "web", addressPrefix: "10.1.1.0/24" },
          { name: "data", addressPrefix: "10.1.2.0/24" },
        ],
      },
    },
  ],
  check: (known, written) => [
    ...regionProblems(known.location),
    ...rangesProblems(known, written),
    ...subnetProblems(known.subnets ?? []),
    ...tagProblems(known.tags),
  ],
  *run({ resourceGroup, name, location: region, addressPrefixes = DEFAULT_RANGES, subnets = [], tags: labels }) {
    const place = virtualNetwork(resourceGroup, name);
    // The list is written as a whole, so what is there goes first.
    const there = (yield* find(place))?.properties.addressSpace;
    const ranges = [...new Set([...(there?.addressPrefixes ?? []), ...addressPrefixes])];
    const made = yield* ensure(place, {
      location: region,
      ...(labels && { tags: labels }),
      properties: {
        addressSpace: { addressPrefixes: ranges },
        subnets: subnets.map((subnet) => ({
          name: subnet.name,
          properties: {
            addressPrefix: subnet.addressPrefix,
            ...(subnet.networkSecurityGroup !== undefined && {
              networkSecurityGroup: { id: subnet.networkSecurityGroup },
            }),
          },
        })),
      },
    });
    const subnetIds = Object.fromEntries(subnets.map((subnet) => [subnet.name, `${made.id}/subnets/${subnet.name}`]));
    return { id: made.id, name: made.name, location: made.location, subnetIds };
  },
});

type Known = KnownInputs<Static<typeof inputs>>;

function rangesProblems(known: Known, written: ReadonlySet<string>): readonly InputProblem[] {
  const ranges = known.addressPrefixes ?? (written.has("addressPrefixes") ? undefined : DEFAULT_RANGES);
  const own = (known.addressPrefixes ?? []).flatMap((range, index) =>
    oneRangeProblems(`/addressPrefixes/${index}`, range),
  );
  const subnets = (known.subnets ?? []).map((subnet, index) => ({
    at: `/subnets/${index}/addressPrefix`,
    ...(subnet as Partial<typeof subnet>),
  }));
  const ofSubnets = subnets.flatMap(({ at, addressPrefix }) => oneRangeProblems(at, addressPrefix));
  if (ranges === undefined || own.length > 0 || ofSubnets.length > 0) return [...own, ...ofSubnets];
  return subnets.flatMap(({ at, addressPrefix: range, name }, index): readonly InputProblem[] => {
    if (range === undefined) return [];
    if (!ranges.some((one) => isRangeWithin(range, one))) {
      const message = `the subnet ${range} is outside of the network's ranges, ${ranges.join(", ")}`;
      // A network that is there may have further ranges.
      return [{ at, message, hint: "add a range to `addressPrefixes`", isDoubt: true }];
    }
    const other = subnets
      .slice(0, index)
      .find(({ addressPrefix }) => addressPrefix !== undefined && overlap(addressPrefix, range));
    if (other === undefined) return [];
    return [{ at, message: `the subnets ${other.name ?? ""} and ${name ?? ""} share addresses of ${range}` }];
  });
}

const overlap = (a: string, b: string): boolean => isRangeWithin(a, b) || isRangeWithin(b, a);

function subnetProblems(subnets: NonNullable<Known["subnets"]>): readonly InputProblem[] {
  const seen = new Set<string>();
  return subnets.flatMap((subnet, index) => {
    const { name, networkSecurityGroup } = subnet as Partial<typeof subnet>;
    const group = idProblems(
      `/subnets/${index}/networkSecurityGroup`,
      networkSecurityGroup,
      "Microsoft.Network/networkSecurityGroups",
    );
    const isSecond = name !== undefined && seen.has(name.toLowerCase());
    if (name !== undefined) seen.add(name.toLowerCase());
    return isSecond
      ? [{ at: `/subnets/${index}/name`, message: `a second subnet is named "${name}"` }, ...group]
      : group;
  });
}
