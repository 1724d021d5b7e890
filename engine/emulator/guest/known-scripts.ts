/** Scripts the emulated guest knows, by SHA-256 of their text (LF line ends, one newline at the end). */
import { createHash } from "node:crypto";
export const knownScripts: ReadonlyMap<string, "imds-request"> = new Map();
export function scriptHash(lines: readonly string[]): string {
  return createHash("sha256")
    .update(`${lines.join("\n").replaceAll("\r\n", "\n").replace(/\n+$/, "")}\n`)
    .digest("hex");
}
