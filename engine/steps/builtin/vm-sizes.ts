// Names of VM sizes: their grammar, the families that Azure has, and suggestions.
// https://learn.microsoft.com/azure/virtual-machines/vm-naming-conventions
// https://learn.microsoft.com/azure/virtual-machines/sizes/overview

import { nearest } from "../../source/suggestion.ts";
import type { InputProblem } from "../definition.ts";

const SIZE =
  /^(?:Standard|Basic)_(?<family>[A-Z]{1,4})(?<cpus>\d{1,4})(?:-(?<used>\d+))?(?<features>[a-z]*)(?:_(?<rest>[A-Za-z0-9]+(?:_[A-Za-z0-9]+)*))?$/i;

/** Each family that is in use, with its newest version that is known. */
const FAMILIES: Readonly<Record<string, number>> = {
  A: 2,
  B: 2,
  D: 7,
  DC: 6,
  DS: 2,
  E: 7,
  EC: 6,
  F: 7,
  FX: 2,
  G: 1,
  GS: 1,
  H: 1,
  HB: 5,
  HC: 1,
  HX: 1,
  L: 4,
  M: 3,
  NC: 6,
  ND: 6,
  NG: 1,
  NM: 1,
  NP: 1,
  NV: 5,
  PB: 1,
};
/** Letters of features that follow the number of processors. */
const FEATURES = /^[abcdegilmnoprstx]*$/;

/** Sizes that runbooks use most, for "did you mean". */
export const COMMON_SIZES: readonly string[] = (
  "Standard_B1s Standard_B1ms Standard_B2s Standard_B2ms Standard_B4ms Standard_B2s_v2 Standard_B2as_v2 " +
  "Standard_D2s_v3 Standard_D4s_v3 Standard_D8s_v3 Standard_D2s_v4 Standard_D4s_v4 Standard_D2s_v5 Standard_D4s_v5 " +
  "Standard_D8s_v5 Standard_D2ds_v5 Standard_D4ds_v5 Standard_D2as_v5 Standard_D4as_v5 Standard_D2ps_v5 " +
  "Standard_D4ps_v5 Standard_D2s_v6 Standard_D4s_v6 Standard_D2as_v6 Standard_DS1_v2 Standard_DS2_v2 Standard_E2s_v3 " +
  "Standard_E2s_v5 Standard_E4s_v5 Standard_E8s_v5 Standard_E2as_v5 Standard_F2s_v2 Standard_F4s_v2 Standard_A2_v2"
).split(" ");

/** Families without newer versions to come: their names are these and no others. */
const CLOSED_FAMILIES: ReadonlySet<string> = new Set(["DS", "G", "GS", "H", "HC"]);
/** Of the burstable family, which has no others without a version. */
const FIRST_B_SIZES: ReadonlySet<string> = new Set("1ls 1s 1ms 2s 2ms 4ms 8ms 12ms 16ms 20ms".split(" "));
/** Far above the largest of other families, and the largest of M. */
const MOST_CPUS = { M: 1792, others: 512 };

export function sizeProblems(size: string | undefined): readonly InputProblem[] {
  if (size === undefined) return [];
  const named = SIZE.exec(size)?.groups;
  if (named === undefined) {
    const tidy = size.trim().replaceAll(/[\s-]+/g, "_");
    const whole = [tidy, `Standard_${tidy}`].find((one) => SIZE.test(one));
    const near = whole ?? nearest(size, COMMON_SIZES);
    const hint = near === undefined ? "sizes are named as in Standard_D2s_v5" : `did you mean "${near}"?`;
    return [{ at: "/size", message: `"${size}" is no name of a VM size`, hint }];
  }
  const isFamily = Object.hasOwn(FAMILIES, (named["family"] ?? "").toUpperCase());
  const doubt = doubtOf(named, /^basic/i.test(size));
  if (doubt === undefined) return [];
  // Of another family no size is meant.
  const near = misplaced(size) ?? (isFamily ? nearest(size, COMMON_SIZES) : undefined);
  const hint = near === undefined ? "`az vm list-sizes --location <region>` lists them" : `did you mean "${near}"?`;
  return [{ at: "/size", message: `"${size}" is no size that this engine knows: ${doubt}`, hint, isDoubt: true }];
}

type Named = Record<string, string | undefined>;

function doubtOf({ family = "", cpus = "", used, features = "", rest = "" }: Named, isBasic: boolean) {
  const name = family.toUpperCase();
  const newest = Object.hasOwn(FAMILIES, name) ? FAMILIES[name] : undefined;
  if (newest === undefined) return `no family is called "${name}"`;
  const count = Number(cpus);
  if (isBasic) return name === "A" && count <= 4 && features + rest === "" ? undefined : "Basic sizes are A0 to A4";
  if (used !== undefined && Number(used) >= count && !CLOSED_FAMILIES.has(name))
    return `${used} of ${count} processors is no part of them`;
  if (!FEATURES.test(features.toLowerCase())) return `"${features}" stands for no features`;
  const slip = rest.split("_").find((part) => /^v\d+[a-z]/i.test(part));
  if (slip !== undefined) return `"${slip}" is no version, and features stand before it`;
  const written = /(?:^|_)v(\d+)$/i.exec(rest)?.[1];
  const version = written === undefined ? 1 : Number(written);
  if (!canHave(name, count, version)) return `none has ${count} processors`;
  if (name === "B" && written === undefined && !FIRST_B_SIZES.has(`${count}${features.toLowerCase()}`))
    return `family B has no such size without a version`;
  // What is one newer than the newest may have come since.
  const last = CLOSED_FAMILIES.has(name) ? newest : newest + 1;
  return version > last ? `family ${name} has no version ${version}` : undefined;
}

/** Whether a family may have a size with so many processors. Odd numbers are those of old sizes, which count otherwise. */
function canHave(family: string, count: number, version: number): boolean {
  if (count > (family === "M" ? MOST_CPUS.M : MOST_CPUS.others)) return false;
  // Standard_A0 is a size.
  if (count === 0) return family === "A" && version === 1;
  if (count % 2 === 0 || count === 15 || count > 100) return true;
  if (family === "D" || family === "DS") return version <= 2;
  return count === 1 || /^(?:A|G|GS|H|NC)$/.test(family);
}

/** The same size with its features where they belong: `Standard_D2_v5s`. */
function misplaced(size: string): string | undefined {
  const parts = /^(Standard_[A-Za-z]+\d+)_(v\d+)([a-z]+)$/i.exec(size);
  return parts === null ? undefined : `${parts[1]}${parts[3]}_${parts[2]}`;
}
