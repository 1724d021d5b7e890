// A YAML text as a tree in which every value, key and expression keeps its place. Knows YAML, not runbooks.

import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  Scalar,
  type ParsedNode,
} from "yaml";
import { isTemplate, parseTemplate, type Template } from "../expression/template.ts";
import type { Diagnostic } from "../source/diagnostic.ts";
import type { SourceText, Span } from "../source/source-text.ts";

export type Authored = AuthoredScalar | AuthoredList | AuthoredMap;

export interface AuthoredScalar {
  readonly kind: "scalar";
  readonly value: null | boolean | number | string;
  readonly span: Span;
  /** Present when the text holds expressions that could be read. */
  readonly template?: Template;
  /** Whether the text holds `${{`, readable or not. */
  readonly isTemplate: boolean;
  /** Turns a span in the value's text into one of the file. */
  inFile(span: Span): Span;
}

export interface AuthoredList {
  readonly kind: "list";
  readonly items: readonly Authored[];
  readonly span: Span;
}

export interface AuthoredMap {
  readonly kind: "map";
  readonly entries: ReadonlyMap<string, AuthoredEntry>;
  readonly span: Span;
}

export interface AuthoredEntry {
  readonly keySpan: Span;
  readonly value: Authored;
}

/** Limits that no runbook meets and that keep a hostile file from using up memory or the stack. */
const MAX_LENGTH = 4_000_000;
const MAX_DEPTH = 60;

/** Reads the text. With errors there is no tree: what follows from a broken one would only mislead. */
export function readYaml(source: SourceText): {
  readonly root?: Authored;
  readonly diagnostics: readonly Diagnostic[];
} {
  const diagnostics: Diagnostic[] = [];
  const tell = (code: string, message: string, span: Span, hint?: string): void => {
    diagnostics.push({ code, severity: "error", message, source, span, ...(hint !== undefined && { hint }) });
  };
  const start = { start: 0, end: 1 };
  if (source.text.length > MAX_LENGTH) {
    tell("too-large", `the file has ${source.text.length} characters, of ${MAX_LENGTH} that are allowed`, start);
    return { diagnostics };
  }
  let document: Document.Parsed;
  try {
    document = parseDocument(source.text, {
      version: "1.2",
      prettyErrors: false,
      strict: true,
      stringKeys: false,
      lineCounter: new LineCounter(),
    });
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    tell("yaml-depth", "the values are nested too deeply to be read", start);
    return { diagnostics };
  }
  for (const error of document.errors) {
    const span = { start: error.pos[0], end: Math.max(error.pos[1], error.pos[0] + 1) };
    const { code, message, hint } = explain(error.code, error.message, source, span);
    tell(code, message, span, hint);
  }
  if (diagnostics.length > 0) return { diagnostics: diagnostics.slice(0, 1) };
  const root = document.contents;
  if (root === null || (isScalar(root) && root.value === null)) {
    tell("empty", "the file holds no runbook", start, "`runbook run` without a file runs the tutorial's");
    return { diagnostics };
  }
  const reader = new Reader(source, tell);
  const authored = reader.read(root as ParsedNode, 0);
  return diagnostics.length > 0 || authored === undefined ? { diagnostics } : { root: authored, diagnostics };
}

type Tell = (code: string, message: string, span: Span, hint?: string) => void;

class Reader {
  readonly #source: SourceText;
  readonly #tell: Tell;
  constructor(source: SourceText, tell: Tell) {
    this.#source = source;
    this.#tell = tell;
  }

  read(node: ParsedNode, depth: number): Authored | undefined {
    const span = this.#spanOf(node);
    if (depth > MAX_DEPTH) {
      this.#tell("yaml-depth", `the values are nested more than ${MAX_DEPTH} deep`, span);
      return undefined;
    }
    if (isAlias(node)) {
      this.#tell("yaml-alias", `an alias stands here, and runbooks have none`, span, "write the value out");
      return undefined;
    }
    if (node.anchor !== undefined) {
      this.#tell("yaml-alias", `an anchor \`&${node.anchor}\` stands here, and runbooks have none`, span, "remove it");
    }
    if (node.tag !== undefined && !node.tag.startsWith("tag:yaml.org,2002:")) {
      this.#tell("yaml-tag", `the tag \`${node.tag}\` stands here, and runbooks have none`, span, "remove it");
    }
    if (isSeq(node)) {
      const items = node.items.flatMap((item) => this.read(item as ParsedNode, depth + 1) ?? []);
      return { kind: "list", items, span };
    }
    if (isMap(node)) return this.#map(node as Extract<ParsedNode, { items: { key: unknown }[] }>, span, depth);
    return this.#scalar(node as Scalar.Parsed, span);
  }

  #map(
    node: { readonly items: readonly { readonly key: unknown; readonly value: unknown }[] },
    span: Span,
    depth: number,
  ): Authored {
    const entries = new Map<string, AuthoredEntry>();
    for (const { key, value } of node.items) {
      if (!isScalar(key) || key.range === null || key.range === undefined) {
        const keySpan = isMap(key) || isSeq(key) ? this.#spanOf(key as ParsedNode) : span;
        const hint = "a value that begins with `${{` must be quoted here, or put on a line of its own";
        this.#tell("yaml-key", "a key is a list or a map, and only text can be one", keySpan, hint);
        continue;
      }
      const keySpan = { start: key.range[0], end: key.range[1] };
      const name = typeof key.value === "string" ? key.value : String(key.value);
      if (isTemplate(name)) {
        this.#tell("yaml-key", `an expression stands where a key is expected`, keySpan, "expressions are for values");
        continue;
      }
      const read = value === null ? nothing(keySpan) : this.read(value as ParsedNode, depth + 1);
      if (read !== undefined) entries.set(name, { keySpan, value: read });
    }
    return { kind: "map", entries, span };
  }

  #scalar(node: Scalar.Parsed, span: Span): AuthoredScalar {
    const raw: unknown = node.value;
    const value =
      typeof raw === "string" || typeof raw === "number" || typeof raw === "boolean" || raw === null
        ? raw
        : String(raw);
    const text = typeof value === "string" ? value : "";
    if (!isTemplate(text)) return { kind: "scalar", value, span, isTemplate: false, inFile: () => span };
    const inFile = placesOf(text, this.#source.text, span, node.type);
    const { template, problems } = parseTemplate(text);
    for (const problem of problems) this.#tell(problem.code, problem.message, inFile(problem.span), problem.hint);
    return { kind: "scalar", value, span, isTemplate: true, inFile, ...(template && { template }) };
  }

  #spanOf(node: ParsedNode): Span {
    const [start, valueEnd] = node.range;
    const text = this.#source.text;
    let end = valueEnd;
    while (end > start && /\s/.test(text[end - 1]!)) end--;
    return { start, end: Math.max(end, start + 1) };
  }
}

function nothing(at: Span): AuthoredScalar {
  return { kind: "scalar", value: null, span: at, isTemplate: false, inFile: () => at };
}

/**
 * Maps spans of a scalar's value to spans of the file. In plain and simply quoted text they differ by an offset; where
 * the file folds or escapes, each `${{` of the value is the same one of the file, which is exact inside an expression
 * that stands on one line.
 */
function placesOf(text: string, file: string, span: Span, type: Scalar.Type | undefined | null): (span: Span) => Span {
  const raw = file.slice(span.start, span.end);
  const quoted = type === Scalar.QUOTE_SINGLE || type === Scalar.QUOTE_DOUBLE;
  const offset = quoted ? 1 : 0;
  if (raw.slice(offset, offset + text.length) === text) {
    return ({ start, end }) => ({ start: span.start + offset + start, end: span.start + offset + end });
  }
  const opens = (of: string): readonly number[] => Array.from(of.matchAll(/\$\{\{/g), (match) => match.index);
  const inText = opens(text);
  const inRaw = opens(raw);
  return ({ start, end }) => {
    const which = Math.max(
      0,
      inText.findLastIndex((open) => open <= start),
    );
    const from = span.start + (inRaw[which] ?? 0) + (start - (inText[which] ?? 0));
    return { start: Math.min(from, span.end - 1), end: Math.min(from + (end - start), span.end) };
  };
}

/** What the YAML parser found, in the words of somebody who writes runbooks. */
function explain(
  code: string,
  message: string,
  source: SourceText,
  span: Span,
): { readonly code: string; readonly message: string; readonly hint?: string } {
  const { line } = source.positionAt(span.start);
  const near = [source.line(line), line > 1 ? source.line(line - 1) : ""];
  const braces = near.some((text) => /[{,]\s*\w+:\s*\$\{\{/.test(text) || /:\s*\$\{\{[^}]*: /.test(text));
  const quote = "put the value that begins with `${{` in double quotes, or use one line for each key";
  const clean = message.replace(/\.$/, "").replace(/ at line \d+.*$/s, "");
  const lower = clean.charAt(0).toLowerCase() + clean.slice(1);
  if (code === "DUPLICATE_KEY") {
    return { code: "duplicate-key", message: "this key stands twice in one map", hint: "keep one of the two" };
  }
  if (code === "TAB_AS_INDENT") {
    return { code: "yaml-syntax", message: "a tab indents this line, and YAML takes blanks only", hint: "use blanks" };
  }
  if (code === "MULTIPLE_DOCS") {
    return { code: "yaml-syntax", message: "a second document begins here, and a file holds one runbook" };
  }
  if (braces) return { code: "yaml-syntax", message: "an expression stands unquoted between braces", hint: quote };
  return { code: "yaml-syntax", message: lower };
}
