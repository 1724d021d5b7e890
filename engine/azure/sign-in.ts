// Whether a run on Azure may start at all: somebody is signed in, and sees the subscription.

import { OperationError } from "../run/failure.ts";
import { Vault } from "../run/vault.ts";
import { isJsonObject } from "../value/json.ts";
import { clientsFor } from "./clients.ts";
import { call } from "./sdk-call.ts";
import { type Target, tokenScope } from "./target.ts";

export interface SignedIn {
  readonly subscriptionName: string;
  /** When the answer was sent, by Azure's clock, in milliseconds since the epoch; absent when it does not say. */
  readonly serverTime?: number;
}

/** Nobody is signed in, or whoever is may not see the subscription. */
export class SignInError extends Error {
  override readonly name = "SignInError";
  /** What each way to sign in said, one line each. */
  readonly tried: readonly string[];
  /** Azure's own error code. */
  readonly code: string | undefined;

  constructor(message: string, how: { readonly tried?: readonly string[]; readonly code?: string } = {}) {
    super(message);
    this.tried = how.tried ?? [];
    this.code = how.code;
  }
}

const SUBSCRIPTIONS_API_VERSION = "2022-12-01";

/** Gets a token and reads the subscription. Throws a `SignInError`, or an `OperationError` when Azure does not answer. */
export async function signIn(target: Target): Promise<SignedIn> {
  try {
    // As the SDK clients ask: a token that was got otherwise would be kept apart, and another one got for them.
    await target.credential.getToken(tokenScope(target), { enableCae: true });
  } catch (thrown) {
    throw new SignInError("no sign-in worked", { tried: reasons(thrown) });
  }
  const clients = clientsFor(target);
  let sent = "";
  const onResponse = ({ headers }: { readonly headers: { get(name: string): string | undefined } }): void => {
    sent = headers.get("date") ?? "";
  };
  try {
    const { body } = await call({ vault: new Vault() }, {}, async () =>
      (await clients.resources()).resources.getById(
        `subscriptions/${target.subscriptionId}`,
        SUBSCRIPTIONS_API_VERSION,
        { onResponse },
      ),
    );
    const name = isJsonObject(body) ? body["displayName"] : undefined;
    const serverTime = Date.parse(sent);
    return {
      subscriptionName: typeof name === "string" ? name : target.subscriptionId,
      ...(!Number.isNaN(serverTime) && { serverTime }),
    };
  } catch (thrown) {
    if (!(thrown instanceof OperationError)) throw thrown;
    const { status, message, code } = thrown.failure;
    if (status !== 401 && status !== 403 && status !== 404) throw thrown;
    throw new SignInError(message, code === undefined ? {} : { code });
  }
}

/** One line for each way that was tried: Entra's own words when it answered, else the first sentence. The rest is traces. */
function reasons(thrown: unknown): readonly string[] {
  const { errors } = thrown as { errors?: readonly unknown[] };
  const all = Array.isArray(errors) ? errors : [thrown];
  return all.map((one) => {
    const text = (one instanceof Error ? one.message : String(one)).replaceAll(/\s+/g, " ").replace(/^Error: /, "");
    const answer = /AADSTS\d+: .*?(?= Trace ID:|$)/.exec(text)?.[0];
    if (answer !== undefined) return `${text.split(" ")[0] ?? ""}: ${answer}`;
    return text.split(/(?<=[.:]) (?=To |See |Message)/)[0] ?? "";
  });
}
