/** IPv4 ranges. IPv6 prefixes are taken as they are: nothing here is reckoned with them. */
import { bad } from "./network-resource.ts";

export interface Range {
  readonly first: number;
  readonly last: number;
  readonly text: string;
}
const octet = "(25[0-5]|2[0-4]\\d|1?\\d?\\d)";
const address = new RegExp(`^${octet}\\.${octet}\\.${octet}\\.${octet}$`);

export function addressOf(text: string): number | undefined {
  const m = address.exec(text);
  return m ? m.slice(1).reduce((n, part) => n * 256 + Number(part), 0) : undefined;
}
export const textOf = (n: number): string => [24, 16, 8, 0].map((shift) => Math.floor(n / 2 ** shift) % 256).join(".");
const isV6 = (text: string): boolean => text.includes(":");

/** `undefined` for IPv6. Throws Azure's refusal of what is no prefix; `owner` is the resource it stands in. */
export function rangeOf(text: string, owner: string): Range | undefined {
  if (isV6(text)) return undefined;
  const [base = "", bits = ""] = text.split("/");
  const first = addressOf(base);
  const size = /^\d{1,2}$/.test(bits) && Number(bits) <= 32 ? 2 ** (32 - Number(bits)) : undefined;
  if (first === undefined || size === undefined || first % size !== 0)
    throw bad(
      "InvalidCIDRNotation",
      `The address prefix ${text} in resource ${owner} has an invalid CIDR notation. For more information, see https://aka.ms/CIDRNotation.`,
    );
  return { first, last: first + size - 1, text };
}
export const rangesOf = (texts: readonly string[], owner: string): Range[] =>
  texts.map((t) => rangeOf(t, owner)).filter((r) => r !== undefined);
export const contains = (outer: Range, inner: Range): boolean => outer.first <= inner.first && inner.last <= outer.last;
export const overlap = (a: Range, b: Range): boolean => a.first <= b.last && b.first <= a.last;
/** Azure keeps the first four addresses of a subnet and the last. */
export const firstUsable = (r: Range): number => r.first + 4;
export const isReserved = (r: Range, n: number): boolean => n < r.first + 4 || n === r.last;
export const holds = (r: Range, n: number): boolean => r.first <= n && n <= r.last;
