// Patterns of file names, for shells that hand them on as they are typed: `*`, `?`, `**` for any folders, `{a,b}`, `[a-c]`.

import { dirname } from "node:path";

const SPECIAL = /[*?{[]/;

export function hasWildcard(path: string): boolean {
  return SPECIAL.test(path);
}

/** The folder that everything which matches is in. */
export function literalBeginning(pattern: string): string {
  return dirname(`${pattern.slice(0, pattern.search(SPECIAL))}x`);
}

/** Tells whether a path matches; both are absolute. */
export function matcherOf(pattern: string): (path: string) => boolean {
  const whole = new RegExp(`^${sourceOf(pattern.replaceAll("\\", "/"))}$`);
  return (path) => whole.test(path.replaceAll("\\", "/"));
}

const PARTS = /\*\*\/|\*\*|\*|\?|\{[^{}]*\}|\[[!^]?[^\]/]+\]|[.+^$()|[\]{}]/g;

function sourceOf(pattern: string): string {
  return pattern.replaceAll(PARTS, (part) => {
    if (part === "**/") return "(?:[^/]+/)*";
    if (part === "**") return ".*";
    if (part === "*") return "[^/]*";
    if (part === "?") return "[^/]";
    if (part.length === 1) return `\\${part}`;
    const inner = part.slice(1, -1);
    if (part.startsWith("{")) return `(?:${inner.split(",").map(sourceOf).join("|")})`;
    const isNot = /^[!^]/.test(inner);
    const characters = (isNot ? inner.slice(1) : inner).replaceAll(/[\\^[]/g, "\\$&");
    return `(?!/)[${isNot ? "^" : ""}${characters}]`;
  });
}
