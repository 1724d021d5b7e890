// Handles to secrets. The values live in the vault of a run; everything else sees a handle only.

/** Names one value in the vault, for example `inputs.adminPassword` or `token/0#/body/access_token`. */
export type SecretRef = string;

/** The only key of a handle that is written as JSON. */
export const HANDLE_KEY = "$secret";

/**
 * Stands for a secret in a value. It has no text: converting one to a string throws, so that a secret cannot slip into a
 * name, a URL or a message. Written as JSON it is `{ "$secret": [parts] }`.
 */
export class Secret {
  /** Text and references in order; the secret's value is their concatenation. */
  readonly parts: readonly (string | { readonly ref: SecretRef })[];

  constructor(parts: readonly (string | { readonly ref: SecretRef })[]) {
    this.parts = parts;
  }

  static of(ref: SecretRef): Secret {
    return new Secret([{ ref }]);
  }

  /** Turns what `toJSON` wrote into a handle again; any other value is returned as it is. */
  static revive(value: unknown): unknown {
    if (typeof value === "object" && value !== null && "$secret" in value && Array.isArray(value.$secret)) {
      return new Secret(value.$secret as Secret["parts"]);
    }
    return value;
  }

  /** The reference, if this handle is exactly one value of the vault. */
  get ref(): SecretRef | undefined {
    const [only, ...rest] = this.parts;
    return rest.length === 0 && typeof only === "object" ? only.ref : undefined;
  }

  toJSON(): { readonly $secret: Secret["parts"] } {
    return { $secret: this.parts };
  }

  [Symbol.toPrimitive](): never {
    throw new TypeError("a secret cannot become text; join it to other text with secretText`…`");
  }
}

/** Joins text and secrets into one secret. */
export function secretText(text: TemplateStringsArray, ...values: readonly (string | Secret)[]): Secret {
  const parts = text.flatMap((piece, index): Secret["parts"] => {
    const value = values[index];
    return value === undefined ? [piece] : [piece, ...(value instanceof Secret ? value.parts : [value])];
  });
  return new Secret(parts.filter((part) => part !== ""));
}

export function holdsSecret(value: unknown): boolean {
  if (value instanceof Secret) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(holdsSecret);
}

/** For `JSON.stringify`, which has already called `toJSON` on what it gives: a word in place of each secret. */
export function withoutSecrets(_key: string, value: unknown): unknown {
  return Secret.revive(value) instanceof Secret ? "(secret)" : value;
}
