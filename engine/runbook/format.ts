// The one way to lay out a runbook's text: two blanks of indentation, one blank inside braces and around expressions, no
// blanks at the ends of lines. How values are written, comments, the order of keys and the author's blank lines stay.

import { isCollection, isScalar, isSeq, parseDocument, type Scalar, visit, YAMLMap, YAMLSeq } from "yaml";
import type { Document, ScalarTag } from "yaml";
import { lex } from "../expression/lexer.ts";
import { isTemplate, parseTemplate } from "../expression/template.ts";
import type { Diagnostic } from "../source/diagnostic.ts";
import { SourceText } from "../source/source-text.ts";
import { parseYaml } from "./parse-yaml.ts";
import { readYaml } from "./read-yaml.ts";

/** What stands in braces is written on lines of its own when its line would be longer than this. */
const LONGEST_LINE = 120;

export type Formatted =
  /** `isLeft`: the text is as it was, because it could not be laid out without a change to what it says. */
  | { readonly text: string; readonly isLeft?: true }
  /** The text is not YAML, and stays as it is. */
  | { readonly diagnostics: readonly Diagnostic[] };

export function formatRunbook(text: string, file: string): Formatted {
  const source = new SourceText(file, text.startsWith("\uFEFF") ? text.slice(1) : text);
  const { root, diagnostics } = readYaml(source);
  if (root === undefined) return { diagnostics };
  // Neither an end of a line here nor a character of one: before the line feed that is added at the end it would become one.
  if (/\r(?!\n)/.test(source.text)) return { text, isLeft: true };
  const lines = source.text.replaceAll("\r\n", "\n");
  const laidOut = layOut(lines);
  // Should a way to write YAML be met that does not survive, the text is left alone rather than harmed.
  if (laidOut === undefined || contentOf(laidOut) !== contentOf(lines) || layOut(laidOut) !== laidOut) {
    return { text, isLeft: true };
  }
  return { text: source.text.includes("\r\n") ? laidOut.replaceAll("\n", "\r\n") : laidOut };
}

function layOut(text: string): string | undefined {
  if (KEPT_BLANKS.test(text)) return undefined;
  // The reader has looked for what the parser must be kept from.
  const document = parseDocument(text, {
    version: "1.2",
    uniqueKeys: false,
    customTags: (tags) => [...tags, AS_WRITTEN],
  });
  if (document.errors.length > 0) return undefined;
  let isKept = true;
  visit(document, {
    Collection(_key, node, path) {
      if (node.anchor !== undefined) isKept = false;
      if (node.flow !== true) return;
      const isInside = path.some((parent) => isCollection(parent) && parent.flow === true);
      if (!isInside && isLong(text, node.range)) node.flow = node.items.length === 0;
      if (node.flow === true) padLike(node as YAMLMap | YAMLSeq);
    },
    // A runbook has neither these nor anchors, and not all that can be read of them can be written.
    Alias() {
      isKept = false;
    },
    Scalar(_key, node) {
      if (node.anchor !== undefined) isKept = false;
      // One with a tag is the library's.
      if (node.tag !== undefined) return;
      node.value = writtenOf(node, text);
    },
  });
  if (!isKept) return undefined;
  const laidOut = document.toString({ lineWidth: 0, indent: 2, indentSeq: true }).replaceAll(/[ \t]+$/gm, "");
  return laidOut.replaceAll(/[\uE000\uE001]/g, (kept) => (kept === "\uE000" ? " " : "\t"));
}

/** Stand for the blanks at the end of a line of a block, which are part of its text, until all others are gone. */
const KEPT_BLANKS = /[\uE000\uE001]/;

function keepingBlanks(line: string): string {
  return line.replace(/[ \t]+$/, (blanks) => blanks.replaceAll(" ", "\uE000").replaceAll("\t", "\uE001"));
}

/** Whether what stands in braces takes several lines, or would make its line too long. */
function isLong(text: string, range: Document["range"] | null | undefined): boolean {
  if (range === null || range === undefined) return false;
  const [start, end] = range;
  return text.slice(start, end).includes("\n") || end - (text.lastIndexOf("\n", start) + 1) > LONGEST_LINE;
}

/** `{ a: 1 }` and `[a]`: the library pads either both or none. */
function padLike(node: YAMLMap | YAMLSeq): void {
  const flowCollectionPadding = isSeq(node) ? "" : " ";
  const { toString } = isSeq(node) ? YAMLSeq.prototype : YAMLMap.prototype;
  type Write = (context: object, ...rest: readonly unknown[]) => string;
  const write: Write = (context, ...rest) =>
    (toString as Write).call(node, { ...context, flowCollectionPadding }, ...rest);
  Object.assign(node, { toString: write });
}

/** A scalar in the words of its author, for the library to put where it belongs. */
class Written {
  /** The first is what stands behind the key or the dash; the others have no indentation. */
  readonly lines: readonly string[];
  constructor(lines: readonly string[]) {
    this.lines = lines;
  }
}

const AS_WRITTEN: ScalarTag = {
  tag: "!as-written",
  // Or else the tag is written too.
  default: true,
  identify: (value) => value instanceof Written,
  resolve: (value) => value,
  stringify({ value }, { indent }, onComment, onChompKeep) {
    const [first = "", ...others] = (value as Written).lines;
    if (/^[|>]/.test(first)) onComment?.();
    if (/^[|>]\S*\+/.test(first)) onChompKeep?.();
    // What goes on must stand further in than nothing.
    const deeper = indent === "" ? "  " : indent;
    return [first, ...others.map((line) => (line === "" ? "" : deeper + line))].join("\n");
  },
};

function writtenOf(node: Scalar, text: string): Written {
  const { range, value } = node;
  if (range === null || range === undefined) return new Written([""]);
  const raw = text.slice(range[0], range[1]);
  if (node.type === "BLOCK_LITERAL" || node.type === "BLOCK_FOLDED") {
    const [written = "", ...lines] = raw.replace(/\n$/, "").split("\n");
    // How far in a block stands is written as a number when its first line begins with blanks of its own.
    const header = written.trimEnd().replace(/^([|>][+-]?)\d/, "$12");
    const own = /^[|>]\S*\d/.test(header) ? beginningOf(String(value).split("\n")) : 0;
    const indent = beginningOf(lines) - own;
    return new Written([header, ...lines.map((line) => keepingBlanks(line.slice(indent)))]);
  }
  const [first = "", ...others] = withSpaces(raw, value).split("\n");
  return new Written([first, ...others.map((line) => line.trim())]);
}

/** How many blanks the first line begins with that holds anything else. */
function beginningOf(lines: readonly string[]): number {
  const first = lines.find((line) => line.trim() !== "");
  return first === undefined ? 0 : /^ */.exec(first)![0].length;
}

function withSpaces(raw: string, value: unknown): string {
  if (typeof value !== "string" || !isTemplate(value) || !raw.includes(value)) return raw;
  return raw.replace(value, () => spaced(value));
}

/** One blank on each side of an expression. */
function spaced(text: string): string {
  if (parseTemplate(text).template === undefined) return text;
  let result = "";
  for (let at = 0; ;) {
    const open = text.indexOf("${{", at);
    if (open === -1) return result + text.slice(at);
    const { end } = lex(text, open);
    result += `${text.slice(at, open)}\${{ ${text.slice(open + 3, end - 2).trim()} }}`;
    at = end;
  }
}

/** Everything that a layout must keep, as text: values, how they are written, and comments in their order. */
function contentOf(text: string): string | undefined {
  const document = parseYaml(text);
  if (document === undefined || document.errors.length > 0) return undefined;
  const values: unknown[] = [];
  visit(document, {
    Node(key, node) {
      if (isScalar(node)) {
        const { value, type } = node;
        values.push(key, type, typeof value === "string" ? tight(value) : value);
      } else if (isCollection(node)) values.push(key, node.items.length);
      values.push((node as { tag?: string }).tag ?? "", (node as { anchor?: string }).anchor ?? "");
    },
  });
  return JSON.stringify([values, commentsIn(text)]);
}

const tight = (value: string): string => (isTemplate(value) ? spaced(value) : value);

/** The words of all comments, blanks aside. Of a `#` within a text it counts the rest of the line too, before and after. */
function commentsIn(text: string): readonly string[] {
  return Array.from(text.matchAll(/(?:^|[ \t])#(.*)$/gm), (match) =>
    match[1]!.replaceAll(/\s+/g, "").replace(/[}\],]*$/, ""),
  );
}
