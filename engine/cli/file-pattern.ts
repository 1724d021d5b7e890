// Patterns of file names, for shells that hand them on as they are typed: `*`, `?`, `**` for any folders, `{a,b}`.

import { dirname } from "node:path";

export function hasWildcard(path: string): boolean {
  return /[*?{]/.test(path);
}

/** The folder that everything which matches is in. */
export function literalBeginning(pattern: string): string {
  return dirname(`${pattern.slice(0, pattern.search(/[*?{]/))}x`);
}

/** Tells whether a path matches; both are absolute. */
export function matcherOf(pattern: string): (path: string) => boolean {
  const source = pattern.replaceAll("\\", "/").replaceAll(/\*\*\/|\*\*|\*|\?|\{[^{}]*\}|[.+^$()|[\]{}]/g, (part) => {
    if (part === "**/") return "(?:[^/]+/)*";
    if (part === "**") return ".*";
    if (part === "*") return "[^/]*";
    if (part === "?") return "[^/]";
    if (part.length > 1) return `(?:${part.slice(1, -1).split(",").map(literal).join("|")})`;
    return `\\${part}`;
  });
  const whole = new RegExp(`^${source}$`);
  return (path) => whole.test(path.replaceAll("\\", "/"));
}

function literal(text: string): string {
  return text.replaceAll(/[.+^$()|[\]{}?]/g, "\\$&").replaceAll("*", "[^/]*");
}
