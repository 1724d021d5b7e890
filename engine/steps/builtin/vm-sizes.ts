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
  DS: 5,
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
  const doubt = doubtOf(named);
  if (doubt === undefined) return [];
  const near = nearest(size, COMMON_SIZES);
  const hint = near === undefined ? "`az vm list-sizes --location <region>` lists them" : `did you mean "${near}"?`;
  return [{ at: "/size", message: `"${size}" is no size that this engine knows: ${doubt}`, hint, isDoubt: true }];
}

function doubtOf({ family = "", cpus = "", used, features = "", rest = "" }: Record<string, string | undefined>) {
  const name = family.toUpperCase();
  const newest = Object.hasOwn(FAMILIES, name) ? FAMILIES[name] : undefined;
  if (newest === undefined) return `no family is called "${name}"`;
  const count = Number(cpus);
  if (
    count === 0 ||
    (count > 1 && count % 2 === 1 && count !== 15 && count < 100 && !/^(?:A|DS?|GS?|H|NC)$/.test(name))
  )
    return `none has ${count} processors`;
  if (used !== undefined && Number(used) >= count) return `${used} of ${count} processors is no part of them`;
  if (!FEATURES.test(features.toLowerCase())) return `"${features}" stands for no features`;
  const version = /(?:^|_)v(\d+)$/i.exec(rest)?.[1];
  // What is one newer than the newest may have come since.
  if (version !== undefined && Number(version) > newest + 1) return `family ${name} has no version ${version}`;
  return undefined;
}
