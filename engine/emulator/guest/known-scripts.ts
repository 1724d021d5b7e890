// The scripts that the emulated guest knows. `npm run generate` rewrites the table from the sources.

import { createHash } from "node:crypto";

export interface KnownScript {
  readonly os: "Linux" | "Windows";
  /** Of the text with LF line ends and exactly one newline at its end. */
  readonly sha256: string;
}

export const knownScripts: Readonly<Record<string, KnownScript>> = {
  "guest.sh": { os: "Linux", sha256: "ac4eedc897ecad71361dac74688c6035f9d194b7c2d2b826da6a6d23a61afdf1" },
  "guest.ps1": { os: "Windows", sha256: "c1c206e78950f08e7edbc457ca264be34578abb230ec141bac54da14a4d23c2b" },
};

/** The action API gives lines, the managed API one string; both make the same hash. */
export function scriptHash(script: string | readonly string[]): string {
  const text = typeof script === "string" ? script : script.join("\n");
  return createHash("sha256")
    .update(`${text.replaceAll("\r\n", "\n").replace(/\n+$/, "")}\n`)
    .digest("hex");
}

export function recognise(sha256: string, also: Readonly<Record<string, KnownScript>> = {}): KnownScript | undefined {
  return [...Object.values(knownScripts), ...Object.values(also)].find((s) => s.sha256 === sha256);
}
