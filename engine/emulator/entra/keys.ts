/** The signing key and the operator's secret: made once, kept beside the state and readable by the owner only. */
import { createPublicKey, generateKeyPairSync, randomBytes, createHash, type JsonWebKey } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writePrivate } from "../store.ts";

export interface Keys {
  privateKey: string;
  kid: string;
  clientSecret: string;
}
let ofThisProcess: Keys | undefined;
export function openKeys(directory?: string): Keys {
  const file = directory === undefined ? undefined : join(directory, "keys.json");
  if (file && existsSync(file)) return JSON.parse(readFileSync(file, "utf8")) as Keys;
  if (!file && ofThisProcess) return ofThisProcess;
  const { privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  const keys: Keys = {
    privateKey,
    kid: createHash("sha1").update(privateKey).digest("base64url"),
    clientSecret: randomBytes(30).toString("base64url"),
  };
  if (file) writePrivate(file, JSON.stringify(keys));
  else ofThisProcess = keys;
  return keys;
}
export function jwks(keys: Keys): { keys: JsonWebKey[] } {
  const jwk = createPublicKey(keys.privateKey).export({ format: "jwk" });
  return { keys: [{ ...jwk, use: "sig", kid: keys.kid, x5t: keys.kid, alg: "RS256" }] };
}
