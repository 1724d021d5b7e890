// Inputs that several step types share, and what Azure refuses in them.
// Names: https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
// Tags: https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources#limitations

import { nearest } from "../../source/suggestion.ts";
import { type InputProblem, PATTERN_MESSAGE_KEYWORD } from "../definition.ts";
import { type TString, Type } from "../type.ts";
import { REGIONS } from "./regions.ts";

/** A text with a pattern. `rule` is the end of a sentence: `expected 1 to 80 letters …`. */
export function Patterned(pattern: string, rule: string, description: string): TString {
  return Type.String({ description, pattern, [PATTERN_MESSAGE_KEYWORD]: rule });
}

export const groupName = Patterned(
  "^[-\\p{L}\\p{N}_().]{0,89}[-\\p{L}\\p{N}_()]$",
  "expected 1 to 90 letters, digits, `-`, `_`, `(`, `)` and `.`, with no dot at the end",
  "Name of the resource group.",
);
export const location = Patterned(
  "^[A-Za-z][A-Za-z0-9 ]*$",
  "expected the name of a region, such as eastus",
  "Azure region, for example eastus.",
);
const MOST_TAGS = 50;
export const tags = Type.Optional(
  Type.Record(Type.String(), Type.String(), {
    description: "Tags; other tags of the resource stay.",
    maxProperties: MOST_TAGS,
  }),
);
const NETWORK_NAME = "letters, digits, `_`, `.` and `-`, with a letter or digit first and no `.` or `-` at the end";

/** The name of a network resource. */
export function networkName(description: string, shortest: 1 | 2 = 1, longest = 80): TString {
  const rest = `[\\w.-]{0,${longest - 2}}\\w`;
  return Patterned(
    `^[A-Za-z0-9]${shortest === 1 ? `(${rest})?` : rest}$`,
    `expected ${shortest} to ${longest} ${NETWORK_NAME}`,
    description,
  );
}
export const vmId = Type.String({ description: "ARM id of a virtual machine.", minLength: 1 });
const GUID_RULE = "expected a GUID, such as 00000000-0000-0000-0000-000000000000";

export function Guid(description: string): TString {
  return Patterned("^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$", GUID_RULE, description);
}

/** A region is written as one that Azure has; new regions come, so that a slip is only a doubt. */
export function regionProblems(region: string | undefined, at = "/location"): readonly InputProblem[] {
  if (region === undefined) return [];
  const name = region.toLowerCase().replaceAll(" ", "");
  if (REGIONS.includes(name)) return [];
  const near = nearest(name, REGIONS);
  const withoutDigits = (text: string): string => text.replaceAll(/\d/g, "");
  // A place that has regions may get one more.
  if (near !== undefined && withoutDigits(near) === withoutDigits(name)) return [];
  const message = `"${region}" is no region that this engine knows`;
  const hint = near === undefined ? "regions are named as in eastus or westeurope" : `did you mean "${near}"?`;
  return [{ at, message, hint, isDoubt: true }];
}

const LONGEST_TAG_NAME = 512;
const LONGEST_TAG_VALUE = 256;
const NOT_IN_TAG_NAMES = /[<>%&\\?/]/;
const RESERVED_PREFIX = /^(?:microsoft|azure|windows)/i;

export function tagProblems(given: Readonly<Record<string, string>> | undefined): readonly InputProblem[] {
  const seen = new Map<string, string>();
  return Object.entries(given ?? {}).flatMap(([name, value]) => {
    const at = `/tags/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
    const first = seen.get(name.toLowerCase());
    seen.set(name.toLowerCase(), name);
    const problem = first === undefined ? tagNameProblem(name) : `the tags "${first}" and "${name}" are one to Azure`;
    const length = Array.from(value).length;
    const tooLong = `a tag's value has at most ${LONGEST_TAG_VALUE} characters, this one has ${length}`;
    return [
      ...(problem === undefined ? [] : [{ at, message: problem, isAboutKey: true }]),
      ...(length > LONGEST_TAG_VALUE ? [{ at, message: tooLong }] : []),
    ];
  });
}

function tagNameProblem(name: string): string | undefined {
  const character = NOT_IN_TAG_NAMES.exec(name)?.[0];
  if (character !== undefined) return `a tag's name has none of < > % & \\ ? /, and "${name}" has ${character}`;
  const prefix = RESERVED_PREFIX.exec(name)?.[0];
  if (prefix !== undefined) return `Azure keeps tag names that begin with "${prefix.toLowerCase()}" for itself`;
  const length = Array.from(name).length;
  return length > LONGEST_TAG_NAME
    ? `a tag's name has at most ${LONGEST_TAG_NAME} characters, this one has ${length}`
    : undefined;
}
