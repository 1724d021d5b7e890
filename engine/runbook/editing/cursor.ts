// Where a cursor stands in a runbook's text, found without parsing it: inside an expression, or at a place of the tree
// that its lines' indentation tells.

/** A part of a path: a key, or an item of a list. */
export const ITEM = "-";

export type Cursor =
  | {
      readonly kind: "expression";
      /** From behind the `${{` to the cursor. */
      readonly before: string;
    }
  | {
      /** `key`: at the beginning of an entry or item, where its key or value may follow. */
      readonly kind: "key" | "value";
      /** Of what the word belongs to; a value's ends with its key. */
      readonly path: readonly string[];
      /** What of the word stands before the cursor. */
      readonly word: string;
      /** Whether an item of a list begins here. */
      readonly isNewItem: boolean;
      /** Whether an expression must be quoted here, as it must in braces and brackets. */
      readonly needsQuotes: boolean;
    };

/** Absent in a comment. */
export function cursorAt(text: string, offset: number): Cursor | undefined {
  const expression = expressionBefore(text, offset);
  if (expression !== undefined) return { kind: "expression", before: expression };
  const lineStart = text.lastIndexOf("\n", offset - 1) + 1;
  const before = text.slice(lineStart, offset);
  if (/^\s*#|\s#/.test(before.replaceAll(/"[^"]*"?|'[^']*'?/g, ""))) return undefined;
  const line = tokensOf(before);
  const leftmost = line.dashes[0] ?? line.column;
  const above = pathAbove(text, lineStart, leftmost, line.dashes.length > 0);
  const path = [...above, ...line.dashes.map(() => ITEM)];
  if (line.key === undefined && line.rest === line.word) {
    return { kind: "key", path, word: line.word, isNewItem: line.dashes.length > 0, needsQuotes: false };
  }
  return inBraces([...path, ...(line.key === undefined ? [] : [line.key])], line.rest);
}

const MOST_LOOKED_BACK = 3000;

function expressionBefore(text: string, offset: number): string | undefined {
  const from = Math.max(0, offset - MOST_LOOKED_BACK);
  const near = text.slice(from, offset);
  const open = near.lastIndexOf("${{");
  if (open === -1) return undefined;
  const before = near.slice(open + 3);
  // One that was not closed ends where another entry or item begins.
  return before.includes("}}") || /\n\s*(?:-\s|[\w-]+:(?:\s|$))/.test(before) ? undefined : before;
}

interface LineTokens {
  /** Columns of the dashes at its beginning. */
  readonly dashes: readonly number[];
  /** Of what follows them. */
  readonly column: number;
  readonly key?: string;
  /** What follows the key, or the dashes. */
  readonly rest: string;
  readonly word: string;
}

function tokensOf(line: string): LineTokens {
  const dashes: number[] = [];
  let column = /^ */.exec(line)![0].length;
  for (;;) {
    const dash = /^-(?: +|$)/.exec(line.slice(column));
    if (dash === null) break;
    dashes.push(column);
    column += dash[0].length;
  }
  const content = line.slice(column);
  const key = /^(?:"([^"]*)"|'([^']*)'|([^\s:{}[\],"'#][^:{}[\],"'#]*?))\s*:(?:\s+|$)/.exec(content);
  const rest = key === null ? content : content.slice(key[0].length);
  return {
    dashes,
    column,
    rest,
    word: /[\w.$-]*$/.exec(rest)![0],
    ...(key !== null && { key: key[1] ?? key[2] ?? key[3]! }),
  };
}

/** The keys and items that the lines above lead through, from the top. */
function pathAbove(text: string, lineStart: number, column: number, isItem: boolean): readonly string[] {
  const path: string[] = [];
  let [limit, mayBeAlike] = [column, isItem];
  for (let end = lineStart - 1; end >= 0 && (limit > 0 || mayBeAlike);) {
    const start = text.lastIndexOf("\n", end - 1) + 1;
    const line = text.slice(start, end);
    end = start - 1;
    if (/^\s*(?:#|$)/.test(line)) continue;
    const { dashes, column: at, key } = tokensOf(line);
    // A list may stand as far to the left as the key that it belongs to.
    if (key !== undefined && (at < limit || (mayBeAlike && at === limit))) {
      path.unshift(key);
      [limit, mayBeAlike] = [at, false];
    }
    for (const dash of dashes.toReversed()) {
      if (dash >= limit) continue;
      path.unshift(ITEM);
      [limit, mayBeAlike] = [dash, true];
    }
  }
  return path;
}

/** Goes on through the braces and brackets that are open at the end of a line. */
function inBraces(path: readonly string[], rest: string): Cursor {
  const open: { readonly sign: string; key?: string }[] = [];
  let word = "";
  let isQuoted = false;
  for (let at = 0; at < rest.length; at++) {
    const sign = rest.charAt(at);
    const quoted = /^(?:"[^"]*"?|'[^']*'?)/.exec(rest.slice(at))?.[0];
    const expression = /^\$\{\{.*?\}\}/.exec(rest.slice(at))?.[0];
    if (quoted !== undefined || expression !== undefined) {
      const skipped = quoted ?? expression!;
      at += skipped.length - 1;
      isQuoted = at + 1 >= rest.length && expression === undefined;
      word = isQuoted ? skipped.slice(1) : skipped;
    } else if (sign === "{" || sign === "[") {
      open.push({ sign });
      word = "";
    } else if (sign === "}" || sign === "]") {
      open.pop();
      word = "";
    } else if (sign === "," && open.length > 0) {
      delete open.at(-1)!.key;
      word = "";
    } else if (sign === ":" && open.at(-1)?.sign === "{" && /^:(?:\s|$)/.test(rest.slice(at))) {
      open.at(-1)!.key = word.trim();
      word = "";
    } else word += sign;
  }
  const inner = open.flatMap(({ sign, key }) => (sign === "[" ? [ITEM] : key === undefined ? [] : [key]));
  const last = open.at(-1);
  const isKey = last?.sign === "{" && last.key === undefined;
  return {
    kind: isKey ? "key" : "value",
    path: [...path, ...inner],
    word: word.trimStart(),
    isNewItem: false,
    needsQuotes: open.length > 0 && !isQuoted,
  };
}
