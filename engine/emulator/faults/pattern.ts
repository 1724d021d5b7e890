/** Which requests a fault is about. `*` stands for any run of characters, slashes among them, as in Azure's role actions. */

export interface SeenRequest {
  readonly method: string;
  /** Decoded, without query. */
  readonly path: string;
  /** As `operationName` has it. */
  readonly operation: string;
}
export type Pattern = (request: SeenRequest) => boolean;

export class BadPattern extends Error {
  override readonly name = "BadPattern";
}

const methods = ["GET", "HEAD", "PUT", "PATCH", "POST", "DELETE"];

/** A method and a path, a path (it begins with a slash or a star), or an operation's name. Throws `BadPattern`, whose message says what is wrong with it. */
export function patternOf(text: string): Pattern {
  const words = text.trim().split(/\s+/);
  const [first = "", second] = words;
  if (first === "") throw new BadPattern("it is empty");
  if (words.length > 2) throw new BadPattern("it has more than a method and a path");
  if (second === undefined) {
    if (methods.includes(first.toUpperCase()) && first !== "*") throw new BadPattern("it has a method and no path");
    const matches = glob(first);
    if (first.startsWith("/")) return ({ path }) => matches(path);
    // What begins with a star may be either.
    return ({ path, operation }) => matches(operation) || (first.startsWith("*") && matches(path));
  }
  const method = first.toUpperCase();
  if (method !== "*" && !methods.includes(method)) throw new BadPattern(`"${first}" is no method of HTTP`);
  if (!/^[/*]/.test(second)) throw new BadPattern(`the path "${second}" begins with neither a slash nor a star`);
  const matches = glob(second);
  return (request) => (method === "*" || request.method === method) && matches(request.path);
}

/** Without a regular expression: a pattern of many stars must not be slow. */
function glob(pattern: string): (text: string) => boolean {
  const parts = pattern.toLowerCase().split("*");
  const head = parts[0] ?? "";
  const tail = parts.at(-1) ?? "";
  return (given) => {
    const text = given.toLowerCase();
    if (parts.length === 1) return text === head;
    if (!text.startsWith(head) || !text.endsWith(tail) || text.length < head.length + tail.length) return false;
    let at = head.length;
    for (const part of parts.slice(1, -1)) {
      const found = text.indexOf(part, at);
      if (found < 0) return false;
      at = found + part.length;
    }
    return at <= text.length - tail.length;
  };
}
