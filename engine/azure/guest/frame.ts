// Finds the frame in what a VM printed, and opens the seal. See PROTOCOL.md.

import {
  constants,
  createDecipheriv,
  createHash,
  createHmac,
  type KeyObject,
  privateDecrypt,
  timingSafeEqual,
} from "node:crypto";
import { gunzipSync } from "node:zlib";

export type Stage = "imds" | "arm";

export type Frame =
  | {
      readonly kind: "sealed";
      readonly stage: Stage;
      readonly status: number;
      readonly gzip: boolean;
      readonly message: string;
    }
  /** The guest could not do it; `word` is from PROTOCOL.md's table. */
  | { readonly kind: "error"; readonly word: string; readonly stage: Stage | "none"; readonly status: number }
  /** `length`: characters that the message has; more than what is there, when it was cut. */
  | {
      readonly kind: "unreadable";
      readonly why: "no-frame" | "other-request" | "cut" | "damaged";
      readonly length: number;
    };

const END =
  /RBG1-END;id=([A-Za-z0-9]{1,32});error=([a-z0-9-]{1,64});stage=(none|imds|arm);status=(\d{1,3});gzip=([01]);length=(\d{1,9});sum=([0-9a-f]{16});/g;
const BEGIN = "RBG1-BEGIN";

/** Reads the last frame; whitespace means nothing, so that lines may have been broken on the way. */
export function readFrame(output: string, requestId: string): Frame {
  const text = output.replaceAll(/\s+/g, "");
  const end = [...text.matchAll(END)].at(-1);
  if (end === undefined) return { kind: "unreadable", why: "no-frame", length: 0 };
  const [, id, word = "", stage = "none", status = "", gzip, length = "", sum] = end;
  const unreadable = (why: "other-request" | "cut" | "damaged"): Frame => ({
    kind: "unreadable",
    why,
    length: Number(length),
  });
  if (id !== requestId && !(id === "0" && word === "bad-id")) return unreadable("other-request");
  if (word !== "none") return { kind: "error", word, stage: stage as Stage | "none", status: Number(status) };
  const before = text.slice(0, end.index);
  const begin = before.lastIndexOf(BEGIN);
  // Only the tail of the output survives, so what is missing is missing at the front.
  if (begin === -1) return unreadable("cut");
  const message = before.slice(begin + BEGIN.length);
  if (message.length !== Number(length) || stage === "none") return unreadable("damaged");
  if (createHash("sha256").update(message).digest("hex").slice(0, 16) !== sum) return unreadable("damaged");
  return { kind: "sealed", stage: stage as Stage, status: Number(status), gzip: gzip === "1", message };
}

export interface Opened {
  readonly requestId: string;
  readonly body: string;
}

/** `undefined` when the message was not sealed for this key, or was changed on its way. */
export function openSeal(
  frame: Extract<Frame, { kind: "sealed" }>,
  requestId: string,
  privateKey: KeyObject,
): Opened | undefined {
  const [ek = "", ct = "", mac = "", ...more] = frame.message.split(".");
  if (more.length > 0) return undefined;
  try {
    const secret = privateDecrypt(
      { key: privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha256" },
      Buffer.from(ek, "base64"),
    );
    const sealed = `RBG1.${requestId}.${frame.stage}.${frame.status}.${frame.gzip ? 1 : 0}.${ek}.${ct}`;
    const expected = createHmac("sha256", sha256(Buffer.from("mac"), secret))
      .update(sealed)
      .digest();
    const given = Buffer.from(mac, "hex");
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
    const payload = unpack(decrypt(Buffer.from(ct, "base64"), secret), frame.gzip).toString("utf8");
    const line = payload.indexOf("\n");
    return line === -1 ? undefined : { requestId: payload.slice(0, line), body: payload.slice(line + 1) };
  } catch {
    return undefined;
  }
}

/** What `openssl enc -aes-256-cbc -md sha256 -salt` wrote. */
function decrypt(ct: Buffer, secret: Buffer): Buffer {
  const salt = ct.subarray(8, 16);
  const key = sha256(secret, salt);
  const iv = sha256(key, secret, salt).subarray(0, 16);
  const decipher = createDecipheriv("aes-256-cbc", key, iv);
  return Buffer.concat([decipher.update(ct.subarray(16)), decipher.final()]);
}

/** Far more than what four kilobytes can hold in earnest: a VM cannot make the engine fill its memory. */
const LARGEST = 8 * 1024 * 1024;
const unpack = (packed: Buffer, gzip: boolean): Buffer =>
  gzip ? gunzipSync(packed, { maxOutputLength: LARGEST }) : packed;

function sha256(...parts: readonly Buffer[]): Buffer {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
}
