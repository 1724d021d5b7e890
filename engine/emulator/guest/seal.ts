// Seals an answer for the key that came with the request; the counterpart of the engine's unsealing.

import {
  constants,
  createCipheriv,
  createHash,
  createHmac,
  createPublicKey,
  publicEncrypt,
  randomBytes,
} from "node:crypto";
import type { KeyObject } from "node:crypto";
import { gzipSync } from "node:zlib";
import type { Stage } from "./frame.ts";

export interface SealInput {
  readonly key: KeyObject;
  readonly id: string;
  readonly stage: Stage;
  readonly status: number;
  /** The answer's `x-ms-request-id`; one with unusual characters counts as none. */
  readonly requestId: string | undefined;
  readonly body: string;
}

const sha256 = (...parts: readonly Buffer[]): Buffer => {
  const hash = createHash("sha256");
  for (const p of parts) hash.update(p);
  return hash.digest();
};

/** undefined for anything but an RSA key of 2048 to 4096 bits with exponent 65537. */
export function readKey(text: string): KeyObject | undefined {
  if (!/^MII[A-Za-z0-9_-]+$/.test(text)) return undefined;
  try {
    const key = createPublicKey({ key: Buffer.from(text, "base64url"), format: "der", type: "spki" });
    const { modulusLength = 0, publicExponent } = key.asymmetricKeyDetails ?? {};
    const fits = modulusLength >= 2048 && modulusLength <= 4096 && publicExponent === 65_537n;
    return key.asymmetricKeyType === "rsa" && fits ? key : undefined;
  } catch {
    return undefined;
  }
}

/** `<ek>.<ct>.<mac>`; the payload is always compressed. */
export function seal(input: SealInput): string {
  const secret = Buffer.from(randomBytes(32).toString("hex"), "ascii");
  const ek = publicEncrypt(
    { key: input.key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha256" },
    secret,
  ).toString("base64");
  const requestId = /^[A-Za-z0-9._:-]{1,128}$/.test(input.requestId ?? "") ? (input.requestId ?? "") : "";
  const packed = gzipSync(Buffer.from(`${requestId}\n${input.body}`, "utf8"), { level: 9 });
  const salt = randomBytes(8);
  const k1 = sha256(secret, salt);
  const k2 = sha256(k1, secret, salt);
  const cipher = createCipheriv("aes-256-cbc", k1, k2.subarray(0, 16));
  const ct = Buffer.concat([Buffer.from("Salted__"), salt, cipher.update(packed), cipher.final()]).toString("base64");
  const mac = createHmac("sha256", sha256(Buffer.from("mac"), secret))
    .update(`RBG1.${input.id}.${input.stage}.${input.status}.1.${ek}.${ct}`)
    .digest("hex");
  return `${ek}.${ct}.${mac}`;
}
