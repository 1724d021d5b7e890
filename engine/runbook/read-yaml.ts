// Reads a YAML text into a tree with places. Takes the part of YAML that a runbook needs and refuses the rest.

import { isAlias, isMap, isScalar, isSeq, type ParsedNode, type Scalar } from "yaml";
import { isTemplate, parseTemplate } from "../expression/template.ts";
import { type Diagnostic, diagnosticAt, type DiagnosticExtras } from "../source/diagnostic.ts";
import type { DiagnosticCode } from "../source/diagnostic-codes.ts";
import type { SourceText, Span } from "../source/source-text.ts";
import type { Authored, AuthoredEntry, AuthoredScalar } from "./authored.ts";
import { parseYaml } from "./parse-yaml.ts";
import { valuePlaces } from "./value-places.ts";
import { explainYamlError } from "./yaml-problems.ts";

/** Limits that no runbook meets and that keep a hostile file from using up time, memory or the stack. */
const MAX_LENGTH = 2_000_000;
const MAX_DEPTH = 60;
/** A number with every digit written, none of which may be lost. */
const WHOLE = /^[-+]?\d+$|^0[xo]/;

/** Reads the text. When it is not YAML there is no tree: what follows from a broken one would only mislead. */
export function readYaml(source: SourceText): {
  readonly root?: Authored;
  readonly diagnostics: readonly Diagnostic[];
} {
  const start = { start: 0, end: 1 };
  const { length } = source.text;
  if (length > MAX_LENGTH) {
    const message = `the file has ${length} characters, expected at most ${MAX_LENGTH}`;
    return { diagnostics: [diagnosticAt(source, start, "too-large", message, { hint: "split the runbook" })] };
  }
  const document = parseYaml(source.text);
  if (document === undefined) {
    return { diagnostics: [diagnosticAt(source, start, "yaml-depth", "the values are nested too deeply to be read")] };
  }
  const [error] = document.errors;
  if (error !== undefined) {
    const { span, message, hint } = explainYamlError(error, document, source);
    return { diagnostics: [diagnosticAt(source, span, "yaml-syntax", message, { hint })] };
  }
  const { yaml } = document.directives;
  if (yaml.explicit === true && yaml.version !== "1.2") {
    const span = { start: source.text.indexOf("%YAML"), end: source.text.indexOf("%YAML") + "%YAML 1.1".length };
    const message = `the file says that it is YAML ${yaml.version}, and runbooks are YAML 1.2`;
    return { diagnostics: [diagnosticAt(source, span, "yaml-syntax", message, { hint: "remove the line" })] };
  }
  const root = document.contents;
  if (root === null || (isScalar(root) && root.value === null)) {
    const hint = "a runbook has `version`, `name` and `steps`";
    return { diagnostics: [diagnosticAt(source, start, "empty-file", "the file holds no runbook", { hint })] };
  }
  const reader = new Reader(source);
  return { root: reader.read(root as ParsedNode, 0), diagnostics: reader.diagnostics };
}

interface Pair {
  readonly key: unknown;
  readonly value: unknown;
}

class Reader {
  readonly diagnostics: Diagnostic[] = [];
  readonly #source: SourceText;
  constructor(source: SourceText) {
    this.#source = source;
  }

  read(node: ParsedNode, depth: number): Authored {
    const span = this.#spanOf(node);
    if (depth > MAX_DEPTH) {
      this.#tell(span, "yaml-depth", `a value is nested more than ${MAX_DEPTH} deep`);
      return { ...emptyAt(span), isUnread: true };
    }
    if (isAlias(node)) {
      this.#tell(span, "yaml-alias", "an alias stands here, and runbooks have none", { hint: "write the value out" });
      return { ...emptyAt(span), isUnread: true };
    }
    this.#decorations(node, span);
    if (isSeq(node)) {
      const items = node.items.map((item) => {
        const dash = this.#dashOfNothing(item);
        return dash === undefined ? this.read(item as ParsedNode, depth + 1) : emptyAt(dash);
      });
      return { kind: "list", items, span };
    }
    if (isMap(node)) return this.#map(node.items, span, depth);
    return this.#scalar(node as Scalar.Parsed, span);
  }

  /** Anchors and tags, which change what a value means or which are there to be reused. */
  #decorations(node: ParsedNode, span: Span): void {
    const { anchor, tag } = node as { readonly anchor?: string; readonly tag?: string };
    if (anchor !== undefined) {
      const written = this.#before(span, `&${anchor}`);
      const hint = "remove it, and write values out where they are used";
      this.#tell(written, "yaml-alias", `an anchor \`&${anchor}\` stands here, and runbooks have none`, { hint });
    }
    if (tag !== undefined && !CORE_TAGS.has(tag)) {
      const name = tag.replace("tag:yaml.org,2002:", "!!");
      const message = `a tag \`${name}\` stands here, and runbooks have none`;
      this.#tell(this.#before(span, name), "yaml-tag", message, { hint: "remove it" });
    }
  }

  #map(items: readonly Pair[], span: Span, depth: number): Authored {
    const entries = new Map<string, AuthoredEntry>();
    let isPartial = false;
    for (const { key, value } of items) {
      const named = this.#key(key, span);
      if (named === undefined) {
        isPartial = true;
        continue;
      }
      const { name, keySpan } = named;
      const first = entries.get(name);
      if (first !== undefined) {
        const notes = [{ span: first.keySpan, message: "the first is here" }];
        this.#tell(keySpan, "duplicate-key", `"${name}" stands twice in this map`, {
          notes,
          hint: "keep one of the two",
        });
        continue;
      }
      entries.set(name, {
        keySpan,
        value: value === null ? emptyAt(keySpan) : this.read(value as ParsedNode, depth + 1),
      });
    }
    return { kind: "map", entries, span, ...(isPartial && { isPartial: true as const }) };
  }

  #key(key: unknown, map: Span): { readonly name: string; readonly keySpan: Span } | undefined {
    if (!isScalar(key) || key.range === null || key.range === undefined) {
      const at = isMap(key) || isSeq(key) ? this.#spanOf(key as ParsedNode) : map;
      const hint = "a value that begins with `${{` between braces must be quoted, or put on a line of its own";
      this.#tell(at, "yaml-key", "a list or a map stands where a key is expected", { hint });
      return undefined;
    }
    const keySpan = { start: key.range[0], end: Math.max(key.range[1], key.range[0] + 1) };
    const name = typeof key.value === "string" ? key.value : this.#source.text.slice(keySpan.start, key.range[1]);
    if (name === "") {
      const colon = this.#source.text.indexOf(":", keySpan.start);
      this.#tell(
        colon === -1 ? keySpan : { start: colon, end: colon + 1 },
        "yaml-key",
        "nothing stands where a key is expected",
        { hint: "write `key: value`" },
      );
      return undefined;
    }
    if (name === "<<") {
      const message = "a merge key `<<` stands here, and runbooks have none";
      this.#tell(keySpan, "yaml-alias", message, { hint: "write the values out" });
      return undefined;
    }
    if (isTemplate(name)) {
      const hint = "expressions are for values";
      this.#tell(keySpan, "yaml-key", "an expression stands where a key is expected", { hint });
      return undefined;
    }
    return { name, keySpan };
  }

  #scalar(node: Scalar.Parsed, span: Span): AuthoredScalar {
    const value = this.#value(node, span);
    if (value === undefined) return { ...emptyAt(span), isUnread: true };
    const text = typeof value === "string" ? value : "";
    if (!isTemplate(text)) return { kind: "scalar", value, span, isTemplate: false, inFile: () => span };
    const inFile = valuePlaces(text, this.#source.text, span, node.type);
    const { template, problems } = parseTemplate(text);
    const commented = this.#isCutByComment(span);
    for (const { code, message, span: within, hint } of problems) {
      const instead =
        message.includes("not closed") && commented ? "` #` begins a comment; put the value in quotes" : hint;
      this.#tell(inFile(within), code, message, { hint: instead });
    }
    return { kind: "scalar", value, span, isTemplate: true, inFile, ...(template && { template }) };
  }

  #value(node: Scalar.Parsed, span: Span): AuthoredScalar["value"] | undefined {
    const { value } = node as { readonly value: unknown };
    const written = this.#source.text.slice(span.start, span.end);
    if (
      typeof value === "number" &&
      (!Number.isFinite(value) || (WHOLE.test(written) && !Number.isSafeInteger(value)))
    ) {
      this.#tell(span, "yaml-number", `\`${written}\` is a number that JSON cannot hold`, { hint: "put it in quotes" });
      return undefined;
    }
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
    return value === null ? null : String(value);
  }

  #isCutByComment({ end }: Span): boolean {
    const { line, column } = this.#source.positionAt(end);
    return /^\s+#/.test(this.#source.line(line).slice(column - 1));
  }

  /** Where the dash of an item is behind which nothing stands. */
  #dashOfNothing(item: unknown): Span | undefined {
    if (item === null || !isScalar(item) || item.range === null || item.range === undefined) return undefined;
    const [start, end] = item.range;
    if (start !== end || item.tag !== undefined || item.anchor !== undefined) return undefined;
    const { text } = this.#source;
    let at = start - 1;
    while (/\s/.test(text[at] ?? "")) at--;
    return text[at] === "-" ? { start: at, end: at + 1 } : undefined;
  }

  /** A node's place without the blanks behind it. */
  #spanOf(node: ParsedNode): Span {
    const [start, valueEnd] = node.range;
    const { text } = this.#source;
    let end = valueEnd;
    while (end > start && /\s/.test(text[end - 1]!)) end--;
    return { start, end: Math.max(end, start + 1) };
  }

  /** Where an anchor or a tag is written in front of a value. */
  #before({ start }: Span, written: string): Span {
    const at = this.#source.text.lastIndexOf(written, start);
    return at === -1 ? { start, end: start + 1 } : { start: at, end: at + written.length };
  }

  #tell(span: Span, code: DiagnosticCode, message: string, extras: DiagnosticExtras = {}): void {
    this.diagnostics.push(diagnosticAt(this.#source, span, code, message, extras));
  }
}

/** Tags that say what a value is anyhow. */
const CORE_TAGS: ReadonlySet<string> = new Set(
  ["str", "int", "float", "bool", "null", "map", "seq"].map((name) => `tag:yaml.org,2002:${name}`),
);

/** The value of a key that has nothing behind it. */
function emptyAt(span: Span): AuthoredScalar {
  return { kind: "scalar", value: null, span, isTemplate: false, inFile: () => span };
}
