// What must not be found after a run, however it ended: a planted secret, or a token.

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** What every signed token begins with, and what follows its first dot. */
const TOKEN = /eyJ[\w-]{10,}\.eyJ/;

/** Of a text: `undefined`, or what it holds. */
export function leakIn(text: string, secrets: readonly string[]): string | undefined {
  if (secrets.some((secret) => text.includes(secret))) return "a planted secret";
  return TOKEN.test(text) ? "a token" : undefined;
}

/** Every file below a folder that holds one of the secrets or a token, as `path: what`. */
export async function leaksBelow(directory: string, secrets: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const leak = leakIn(await readFile(path, "latin1"), secrets);
    if (leak !== undefined) found.push(`${path.slice(directory.length + 1)}: ${leak}`);
  }
  return found;
}
