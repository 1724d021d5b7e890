// What Azure refuses in the address ranges of a virtual network.
// https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq

import type { InputProblem } from "../definition.ts";

interface Range {
  readonly first: number;
  /** How many leading bits all addresses share. */
  readonly bits: number;
}

export const DEFAULT_ADDRESS_PREFIX = "192.168.0.0/16";
export const DEFAULT_SUBNET_PREFIX = "192.168.1.0/24";

/** Azure keeps five addresses of a subnet for itself. */
const MOST_BITS = 29;
const LEAST_BITS = 2;
const RESERVED = ["224.0.0.0/4", "255.255.255.255/32", "127.0.0.0/8", "169.254.0.0/16", "168.63.129.16/32"];

/** Problems with the two ranges and with one in the other, the defaults standing for what is not given. */
export function rangeProblems(
  addressPrefix: string | undefined,
  subnetPrefix: string | undefined,
  isWritten: (name: "addressPrefix" | "subnetPrefix") => boolean,
): readonly InputProblem[] {
  const found = [
    ...oneRangeProblems("/addressPrefix", addressPrefix),
    ...oneRangeProblems("/subnetPrefix", subnetPrefix),
  ];
  const network = addressPrefix ?? (isWritten("addressPrefix") ? undefined : DEFAULT_ADDRESS_PREFIX);
  const subnet = subnetPrefix ?? (isWritten("subnetPrefix") ? undefined : DEFAULT_SUBNET_PREFIX);
  if (found.length > 0 || network === undefined || subnet === undefined) return found;
  if (isInside(rangeOf(subnet)!, rangeOf(network)!)) return [];
  if (subnetPrefix === undefined) {
    const message = `the default of subnetPrefix, ${subnet}, is outside of ${network}`;
    return [{ at: "/addressPrefix", message, hint: "give a subnetPrefix inside of it" }];
  }
  const whose = addressPrefix === undefined ? "the default of addressPrefix" : "addressPrefix";
  return [{ at: "/subnetPrefix", message: `the subnet ${subnet} is outside of ${whose}, ${network}` }];
}

/** What is wrong with one range by itself. */
export function oneRangeProblems(at: string, text: string | undefined): readonly InputProblem[] {
  if (text === undefined) return [];
  const range = rangeOf(text);
  if (range === undefined) {
    return [{ at, message: `"${text}" is no range of IPv4 addresses`, hint: "write one as in 10.0.0.0/16" }];
  }
  const { first, bits } = range;
  if (bits > MOST_BITS || bits < LEAST_BITS) {
    return [{ at, message: `"${text}" has /${bits}, expected /${LEAST_BITS} to /${MOST_BITS}` }];
  }
  const begin = firstOf(range);
  if (begin !== first) {
    const message = `"${text}" does not begin where a /${bits} range can`;
    return [{ at, message, hint: `did you mean ${addressOf(begin)}/${bits}?` }];
  }
  const reserved = RESERVED.find((one) => isInside(rangeOf(one)!, range) || isInside(range, rangeOf(one)!));
  return reserved === undefined
    ? []
    : [{ at, message: `"${text}" holds addresses of ${reserved}, which Azure refuses` }];
}

/** Whether one range is within another; both must be ranges. */
export function isRangeWithin(inner: string, outer: string): boolean {
  return isInside(rangeOf(inner)!, rangeOf(outer)!);
}

function rangeOf(text: string): Range | undefined {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text)?.slice(1).map(Number);
  if (parts === undefined) return undefined;
  const [a = 0, b = 0, c = 0, d = 0, bits = 0] = parts;
  if ([a, b, c, d].some((byte) => byte > 255) || bits > 32) return undefined;
  return { first: ((a * 256 + b) * 256 + c) * 256 + d, bits };
}

function firstOf({ first, bits }: Range): number {
  const size = 2 ** (32 - bits);
  return first - (first % size);
}

function isInside(inner: Range, outer: Range): boolean {
  return inner.bits >= outer.bits && firstOf({ first: inner.first, bits: outer.bits }) === firstOf(outer);
}

function addressOf(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
}
