// The YAML parser behind guards: it recurses, and its stack must not be left to a hostile text.

import { type Document, parseDocument } from "yaml";

/** Brackets that are open at once. The reader refuses what is nested much less deep, with its place. */
const MOST_OPEN = 200;
/** Columns of blanks and indicators that a line may begin with: each two of them can be one level. */
const INDENTED_TOO_FAR = /^[ \t?:-]{400}/m;

/** Absent when the values are nested too deeply to be parsed. */
export function parseYaml(text: string): Document.Parsed | undefined {
  if (INDENTED_TOO_FAR.test(text) || openBrackets(text) > MOST_OPEN) return undefined;
  const { stackTraceLimit } = Error;
  // The parser makes an `Error` of everything it finds, a hundred thousand of them in a broken text, and nearly all of
  // its time would go into stack traces that nobody reads.
  Error.stackTraceLimit = 0;
  try {
    // Keys that stand twice are told of by the reader, which can show both.
    return parseDocument(text, { version: "1.2", prettyErrors: false, strict: true, uniqueKeys: false });
  } catch (thrown) {
    if (thrown instanceof RangeError) return undefined;
    throw thrown;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** The most brackets that are open at one place, those in texts and comments counted too. */
function openBrackets(text: string): number {
  let open = 0;
  let most = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === OPEN_SQUARE || code === OPEN_CURLY) most = Math.max(most, ++open);
    else if ((code === CLOSE_SQUARE || code === CLOSE_CURLY) && open > 0) open--;
  }
  return most;
}

const [OPEN_SQUARE, CLOSE_SQUARE, OPEN_CURLY, CLOSE_CURLY] = Array.from("[]{}", (bracket) => bracket.charCodeAt(0));
