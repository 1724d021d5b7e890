// Whether a YAML file among others is meant as a runbook, so that one with a mistake at its top is checked all the same.

import { suggest } from "../source/suggestion.ts";
import { SourceText } from "../source/source-text.ts";
import { type Authored, type AuthoredEntries, entriesOf, scalarAt } from "./authored.ts";
import { readYaml } from "./read-yaml.ts";

/** Lines that nothing but a runbook has, or a file that is to become one. */
const RUNBOOK_LINE = /^(?:steps\s*:|# yaml-language-server:.*\brunbook\.schema\.json)/m;
/** What is left of a runbook in a text that is no YAML. */
const RUNBOOK_WORD = /(?:^|[\s{,"'-])(?:steps|uses)["']?\s*:/;

export function isMeantAsRunbook(text: string): boolean {
  if (RUNBOOK_LINE.test(text)) return true;
  const { root } = readYaml(new SourceText("", text.startsWith("\uFEFF") ? text.slice(1) : text));
  if (root === undefined) return RUNBOOK_WORD.test(text);
  const entries = entriesOf(root);
  if (entries === undefined) return areSteps(root);
  return (
    [...entries.keys()].some(isLikeSteps) || [...entries].some(([, { value }]) => areSteps(value)) || isTitled(entries)
  );
}

function isLikeSteps(key: string): boolean {
  return key === "finally" || key.toLowerCase() === "steps" || suggest(key, ["steps"])?.startsWith("did you") === true;
}

/** Other tools have lists of maps too, but none with `uses` right below the top. */
function areSteps(node: Authored): boolean {
  return node.kind === "list" && node.items.some((item) => entriesOf(item)?.has("uses") === true);
}

/** The number 1 as a version, beside a name: other formats have texts there, or other keys. */
function isTitled(entries: AuthoredEntries): boolean {
  return scalarAt(entries, "version")?.value === 1 && entries.has("name");
}
