/** The certificate authority of an installation: made once and kept, so that it needs to be trusted once only. */
import { X509Certificate } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writePrivate } from "../private-file.ts";
import { makeAuthority, type Authority } from "./certificate.ts";

const month = 30 * 86_400_000;

/** `certFile` is what clients are to trust. A month before it ends a new one is made. */
export function keptAuthority(directory: string, now = Date.now()): Authority & { readonly certFile: string } {
  const certFile = join(directory, "ca.crt");
  const keyFile = join(directory, "ca.key");
  if (existsSync(certFile) && existsSync(keyFile)) {
    const kept = { certPem: readFileSync(certFile, "utf8"), keyPem: readFileSync(keyFile, "utf8"), certFile };
    if (Date.parse(new X509Certificate(kept.certPem).validTo) > now + month) return kept;
  }
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const made = makeAuthority(now);
  writePrivate(keyFile, made.keyPem);
  writePrivate(certFile, made.certPem);
  return { ...made, certFile };
}
