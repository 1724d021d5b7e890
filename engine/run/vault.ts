// The secrets of one run, in memory only, and their removal from text that came from elsewhere.

import type { Json } from "../value/json.ts";
import { isJsonObject } from "../value/json.ts";
import { HANDLE_KEY, Secret, type SecretRef } from "../value/secret.ts";

export class Vault {
  readonly #values = new Map<SecretRef, string>();

  /** Keeps a value and gives its handle. */
  put(ref: SecretRef, value: string): Secret {
    this.#values.set(ref, value);
    return Secret.of(ref);
  }

  has(ref: SecretRef): boolean {
    return this.#values.has(ref);
  }

  /** Throws when the vault does not hold the secret: it belongs to an earlier process. */
  open(secret: Secret): string {
    return secret.parts
      .map((part) => {
        if (typeof part === "string") return part;
        const value = this.#values.get(part.ref);
        if (value === undefined) throw new Error(`the secret ${part.ref} is not known to this run`);
        return value;
      })
      .join("");
  }

  /** Replaces every known secret in a text, so that a service that echoes one does not make it public. */
  redact(text: string): string {
    let redacted = text;
    for (const value of this.#values.values()) {
      if (value.length >= 4 && redacted.includes(value)) redacted = redacted.replaceAll(value, "(secret)");
    }
    return redacted;
  }

  /**
   * A copy with every string redacted. A key that would make an object a handle when the journal is read gets another
   * dollar sign: what comes from elsewhere must not name a secret of this run.
   */
  redactJson(value: Json): Json {
    if (typeof value === "string") return this.redact(value);
    if (Array.isArray(value)) return value.map((item: Json) => this.redactJson(item));
    if (isJsonObject(value)) {
      return Object.fromEntries(
        Object.entries(value).map(([key, member]) => [
          key === HANDLE_KEY ? `$${key}` : this.redact(key),
          this.redactJson(member),
        ]),
      );
    }
    return value;
  }
}

/** The references of all secrets in a value. */
export function secretRefsIn(value: Json): readonly SecretRef[] {
  if (value instanceof Secret) return value.parts.flatMap((part) => (typeof part === "string" ? [] : [part.ref]));
  if (Array.isArray(value)) return value.flatMap((item: Json) => secretRefsIn(item));
  return isJsonObject(value) ? Object.values(value).flatMap(secretRefsIn) : [];
}
