/** VM sizes: how many cores, how much memory, where. A selection of the general, memory and compute families. */
import type { Limits } from "../../limits.ts";
import { regionNames } from "../../regions.ts";
import { inSubscription, on } from "../../routes/route.ts";
import type { Answer, Body } from "../../wire.ts";
import { ok, type Context } from "../context.ts";
import { page } from "../lists.ts";

export interface Size {
  readonly name: string;
  readonly family: string;
  readonly cores: number;
  readonly memoryMB: number;
  readonly tempDiskMB: number;
  readonly dataDisks: number;
}
const gb = 1024;
const size = (name: string, family: string, cores: number, memoryGB: number, tempGB: number): Size => ({
  name: `Standard_${name}`,
  family,
  cores,
  memoryMB: Math.round(memoryGB * gb),
  tempDiskMB: Math.round(tempGB * gb),
  // The families of the time before 2017 take twice as many.
  dataDisks: Math.min(64, cores * (/^(D|DS|F|G|GS)\d+(s|_v2)?$/.test(name) ? 4 : 2)),
});
/** `D` with `s_v5` at 2, 4, 8…: `Standard_D2s_v5`. */
const series = (
  letter: string,
  suffixes: string,
  family: string,
  perCoreGB: number,
  tempPerCoreGB: number,
  steps: readonly number[],
): Size[] =>
  suffixes
    .split(" ")
    .flatMap((suffix) =>
      steps.map((n) =>
        size(
          `${letter}${n}${suffix}`,
          `standard${letter}${suffix.replaceAll("_", "")}Family`,
          n,
          n * perCoreGB,
          /d/.test(suffix) ? n * 37.5 : tempPerCoreGB * n,
        ),
      ),
    )
    .map((s) => ({ ...s, family: s.family === "" ? family : s.family }));
const steps = [2, 4, 8, 16, 32, 48, 64, 96];

export const sizes: readonly Size[] = [
  size("B1ls", "standardBSFamily", 1, 0.5, 4),
  size("B1s", "standardBSFamily", 1, 1, 4),
  size("B1ms", "standardBSFamily", 1, 2, 4),
  size("B2s", "standardBSFamily", 2, 4, 8),
  size("B2ms", "standardBSFamily", 2, 8, 16),
  size("B4ms", "standardBSFamily", 4, 16, 32),
  size("B8ms", "standardBSFamily", 8, 32, 64),
  size("B12ms", "standardBSFamily", 12, 48, 96),
  size("B16ms", "standardBSFamily", 16, 64, 128),
  size("B20ms", "standardBSFamily", 20, 80, 160),
  ...["ts", "ls", "s", "ats", "als", "as", "pts", "pls", "ps"].flatMap((kind) =>
    [2, 4, 8, 16, 32].map((n) =>
      size(
        `B${n}${kind}_v2`,
        "standardBsv2Family",
        n,
        kind.endsWith("ts") ? n / 2 : kind.endsWith("ls") ? n * 2 : n * 4,
        0,
      ),
    ),
  ),
  ...[1, 2, 3, 4, 5].map((n) =>
    size(`D${n}_v2`, "standardDv2Family", 2 ** (n - 1), 3.5 * 2 ** (n - 1), 50 * 2 ** (n - 1)),
  ),
  ...[1, 2, 3, 4, 5].map((n) =>
    size(`DS${n}_v2`, "standardDSv2Family", 2 ** (n - 1), 3.5 * 2 ** (n - 1), 7 * 2 ** (n - 1)),
  ),
  ...[11, 12, 13, 14].map((n) =>
    size(`DS${n}_v2`, "standardDSv2Family", 2 ** (n - 10), 14 * 2 ** (n - 11), 28 * 2 ** (n - 11)),
  ),
  ...[1, 2, 4, 8].map((n) => size(`A${n}_v2`, "standardAv2Family", n, n * 2, n * 10)),
  ...[2, 4, 8].map((n) => size(`A${n}m_v2`, "standardAv2Family", n, n * 8, n * 10)),
  ...series("D", "_v3 s_v3", "", 4, 8, [2, 4, 8, 16, 32, 48, 64]),
  ...series(
    "D",
    "_v4 s_v4 d_v4 ds_v4 a_v4 as_v4 _v5 s_v5 d_v5 ds_v5 as_v5 ads_v5 ps_v5 pds_v5 s_v6 ds_v6 as_v6 ads_v6 ps_v6",
    "",
    4,
    0,
    steps,
  ),
  ...series("D", "ls_v5 lds_v5 pls_v5 ls_v6 als_v6", "", 2, 0, steps),
  ...series("E", "_v3 s_v3", "", 8, 16, [2, 4, 8, 16, 20, 32, 48, 64]),
  ...series("E", "_v4 s_v4 d_v4 ds_v4 as_v4 _v5 s_v5 d_v5 ds_v5 as_v5 ads_v5 ps_v5 s_v6 ds_v6 as_v6", "", 8, 0, steps),
  ...series("F", "s_v2", "", 2, 8, [2, 4, 8, 16, 32, 48, 64, 72]),
  ...[1, 2, 4, 8, 16].flatMap((n) => [
    size(`F${n}`, "standardFFamily", n, n * 2, n * 16),
    size(`F${n}s`, "standardFSFamily", n, n * 2, n * 4),
  ]),
  // What older tools and templates still ask for.
  ...[0, 1, 2, 3, 4].flatMap((n) => [
    size(`A${n}`, "standardA0_A7Family", Math.max(1, 2 ** (n - 1)), [0.75, 1.75, 3.5, 7, 14][n] ?? 1, 20 * (n + 1)),
    {
      ...size(`A${n}`, "basicAFamily", Math.max(1, 2 ** (n - 1)), [0.75, 1.75, 3.5, 7, 14][n] ?? 1, 20),
      name: `Basic_A${n}`,
    },
  ]),
  size("D15_v2", "standardDv2Family", 20, 140, 1000),
  size("DS15_v2", "standardDSv2Family", 20, 140, 280),
  ...[5, 6, 7].map((n) => size(`A${n}`, "standardA0_A7Family", 2 ** (n - 4), 14 * 2 ** (n - 5), 135 * 2 ** (n - 5))),
  ...[1, 2, 3, 4].flatMap((n) => [
    size(`D${n}`, "standardDFamily", 2 ** (n - 1), 3.5 * 2 ** (n - 1), 50 * 2 ** (n - 1)),
    size(`DS${n}`, "standardDSFamily", 2 ** (n - 1), 3.5 * 2 ** (n - 1), 7 * 2 ** (n - 1)),
    size(`D1${n}`, "standardDFamily", 2 ** n, 14 * 2 ** (n - 1), 100 * 2 ** (n - 1)),
    size(`DS1${n}`, "standardDSFamily", 2 ** n, 14 * 2 ** (n - 1), 28 * 2 ** (n - 1)),
    size(`D1${n}_v2`, "standardDv2Family", 2 ** n, 14 * 2 ** (n - 1), 100 * 2 ** (n - 1)),
  ]),
  ...[1, 2, 3, 4, 5].flatMap((n) => [
    size(`G${n}`, "standardGFamily", 2 ** n, 28 * 2 ** (n - 1), 384 * 2 ** (n - 1)),
    size(`GS${n}`, "standardGSFamily", 2 ** n, 28 * 2 ** (n - 1), 56 * 2 ** (n - 1)),
  ]),
  // Confidential, with graphics processors, and large ones.
  ...series("DC", "as_v5 ads_v5 as_v6", "", 4, 0, steps),
  ...series("EC", "as_v5 ads_v5 as_v6", "", 8, 0, steps),
  ...series("DC", "s_v2 s_v3", "", 8, 50, [1, 2, 4, 8, 16, 24, 32, 48]),
  ...series("NC", "as_T4_v3", "", 7, 44, [4, 8, 16, 64]),
  ...series("NV", "as_v4", "", 3.5, 22, [4, 8, 16, 32]),
  ...series("NC", "s_v3", "", 18.67, 123, [6, 12, 24]),
  ...series("M", "ms_v2 s_v2", "", 28, 32, [32, 64, 128]),
  ...series("L", "s_v2 s_v3 as_v3", "", 8, 10, [8, 16, 32, 48, 64, 80]),
];
const byName = new Map(sizes.map((s) => [s.name.toLowerCase(), s]));
export const sizeOf = (name: string): Size | undefined => byName.get(name.toLowerCase());

export const shownSize = (s: Size): Body => ({
  name: s.name,
  numberOfCores: s.cores,
  osDiskSizeInMB: 1_047_552,
  resourceDiskSizeInMB: s.tempDiskMB,
  memoryInMB: s.memoryMB,
  maxDataDiskCount: s.dataDisks,
});
export const isWithheld = ({ withheldSizes }: Limits, size: string, region: string): boolean =>
  withheldSizes[region]?.some((name) => name.toLowerCase() === size.toLowerCase()) ?? false;
const restriction = (region: string): Body => ({
  type: "Location",
  values: [region],
  restrictionInfo: { locations: [region] },
  reasonCode: "NotAvailableForSubscription",
});

const listSizes = (): Answer => ok({ value: sizes.map(shownSize) });

const capability = (name: string, value: string | number | boolean): Body => ({ name, value: String(value) });
function listSkus(c: Context): Answer {
  const wanted = /location eq '([^']+)'/i
    .exec(c.query.get("$filter") ?? "")?.[1]
    ?.replaceAll(" ", "")
    .toLowerCase();
  const places = wanted === undefined ? regionNames : regionNames.filter((r) => r === wanted);
  const value = places.flatMap((region) =>
    sizes.map((s) => ({
      resourceType: "virtualMachines",
      name: s.name,
      tier: "Standard",
      size: s.name.replace("Standard_", ""),
      family: s.family,
      locations: [region],
      locationInfo: [{ location: region, zones: ["1", "2", "3"], zoneDetails: [] }],
      capabilities: [
        capability("MaxResourceVolumeMB", s.tempDiskMB),
        capability("OSVhdSizeMB", 1_047_552),
        capability("vCPUs", s.cores),
        capability("HyperVGenerations", "V1,V2"),
        capability("MemoryGB", s.memoryMB / gb),
        capability("MaxDataDiskCount", s.dataDisks),
        capability("PremiumIO", /s(_v\d)?$/i.test(s.name)),
      ],
      restrictions: isWithheld(c.tx.limits, s.name, region) ? [restriction(region)] : [],
    })),
  );
  return page(c, value);
}
export const sizeRoutes = [
  ...on(inSubscription("Microsoft.Compute/locations/{location}/vmSizes"), [
    "GET",
    "VirtualMachineSizes_List",
    listSizes,
  ]),
  ...on(inSubscription("Microsoft.Compute/skus"), ["GET", "ResourceSkus_List", listSkus]),
];
