/** The signing key and the operator's secret: made once, kept beside the state and readable by the owner only. */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  generateKeyPairSync,
  randomBytes,
  type JsonWebKey,
  type KeyObject,
} from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { writePrivate } from "../private-file.ts";

export interface Keys {
  /** Read once: a key in PEM costs more to read than to use. */
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly kid: string;
  readonly clientSecret: string;
}

/** As they are written. */
interface KeptKeys {
  readonly privateKey: string;
  readonly kid: string;
  readonly clientSecret: string;
}

const RSA = {
  modulusLength: 2048,
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
  publicKeyEncoding: { type: "spki", format: "pem" },
} as const;

/** Those of an emulator in memory, whose tokens nobody sees outside of this process. */
let ofThisProcess: Keys | undefined;

export function openKeys(directory?: string): Keys {
  const kept = keptKeys(directory);
  if (kept !== undefined) return kept;
  return keep(generateKeyPairSync("rsa", RSA).privateKey, directory);
}

/** Makes the keys beside what else the process does; finding two primes takes as long as a plan. */
export async function prepareKeys(directory?: string): Promise<Keys> {
  const kept = keptKeys(directory);
  if (kept !== undefined) return kept;
  const { privateKey } = await promisify(generateKeyPair)("rsa", RSA);
  return keptKeys(directory) ?? keep(privateKey, directory);
}

const fileIn = (directory: string): string => join(directory, "keys.json");

function keptKeys(directory: string | undefined): Keys | undefined {
  if (directory === undefined) return ofThisProcess;
  if (!existsSync(fileIn(directory))) return undefined;
  const keys = read(JSON.parse(readFileSync(fileIn(directory), "utf8")) as KeptKeys);
  ofThisProcess ??= keys;
  return keys;
}

function keep(privateKey: string, directory: string | undefined): Keys {
  const kept: KeptKeys = {
    privateKey,
    kid: createHash("sha1").update(privateKey).digest("base64url"),
    clientSecret: randomBytes(30).toString("base64url"),
  };
  if (directory !== undefined) {
    mkdirSync(directory, { recursive: true });
    writePrivate(fileIn(directory), JSON.stringify(kept));
  }
  const keys = read(kept);
  ofThisProcess ??= keys;
  return keys;
}

function read({ privateKey, kid, clientSecret }: KeptKeys): Keys {
  const key = createPrivateKey(privateKey);
  return { privateKey: key, publicKey: createPublicKey(key), kid, clientSecret };
}

export function jwks(keys: Keys): { keys: JsonWebKey[] } {
  const jwk = keys.publicKey.export({ format: "jwk" });
  return { keys: [{ ...jwk, use: "sig", kid: keys.kid, x5t: keys.kid, alg: "RS256" }] };
}
