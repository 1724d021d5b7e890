// SHA-1 and SHA-256, for names that are made of values.

import type { createHash } from "node:crypto";
import { createRequire } from "node:module";

let create: typeof createHash | undefined;

/** The hash of the parts one after the other. Loads Node's cryptography when first asked: most checks hash nothing, and it is a tenth of a start. */
export function hashOf(algorithm: "sha1" | "sha256", ...parts: readonly (string | Uint8Array)[]): Buffer {
  create ??= (createRequire(import.meta.url)("node:crypto") as { readonly createHash: typeof createHash }).createHash;
  const hash = create(algorithm);
  for (const part of parts) hash.update(part);
  return hash.digest();
}
