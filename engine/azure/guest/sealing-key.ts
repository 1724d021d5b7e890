// The key that VMs seal their answers for. It lives in this process alone: no other can open what was sealed for it.

import { createHash, createHmac, createPublicKey, generateKeyPair, type KeyObject, randomBytes } from "node:crypto";
import { promisify } from "node:util";

export interface SealingKey {
  readonly privateKey: KeyObject;
  /** As the parameter `rbKey` has it. */
  readonly rbKey: string;
  /** Names the key in records. */
  readonly keyId: string;
}

/** One key pair for all requests of a run, made when the first one needs it. */
export class SealingKeys {
  readonly #salt = randomBytes(32);
  #made: Promise<SealingKey> | undefined;

  /** `given`: for a rehearsal, whose answers nobody sees; making a key takes longer than the rehearsal. */
  constructor(given?: KeyObject) {
    if (given !== undefined) this.#made = Promise.resolve(described(given));
  }

  current(): Promise<SealingKey> {
    return (this.#made ??= makeKey());
  }

  /** Names a request in the VM: the same for every attempt at one activity, and never the same in two processes. */
  requestId(operationKey: string): string {
    return `r${createHmac("sha256", this.#salt).update(operationKey).digest("hex").slice(0, 31)}`;
  }
}

async function makeKey(): Promise<SealingKey> {
  const { privateKey } = await promisify(generateKeyPair)("rsa", { modulusLength: 2048, publicExponent: 65_537 });
  return described(privateKey);
}

function described(privateKey: KeyObject): SealingKey {
  const rbKey = createPublicKey(privateKey).export({ type: "spki", format: "der" }).toString("base64url");
  return { privateKey, rbKey, keyId: createHash("sha256").update(rbKey).digest("hex").slice(0, 16) };
}
