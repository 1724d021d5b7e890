// Secrets that an earlier process got from an operation: the journal does not hold them, so the operation is made again.

import type { OperationData } from "../steps/operation.ts";
import { Secret, type SecretRef } from "../value/secret.ts";
import type { Clock } from "./clock.ts";
import { expand } from "./expand.ts";
import type { RunFacts } from "./expansion.ts";
import { failureOf, OperationError } from "./failure.ts";
import type { Performer, PerformHow } from "./local-driver.ts";
import { pathOf } from "./operation-key.ts";
import { secretRefsIn, type Vault } from "./vault.ts";

export interface RefillOptions {
  readonly vault: Vault;
  readonly clock: Clock;
  /** The operation at a path, if one of this run's operations is there. */
  readonly operationAt: (path: string) => OperationData | undefined;
  readonly facts: RunFacts;
}

/** A performer that first gets the secrets which an activity needs and the vault does not hold. */
export function refilling(perform: Performer, options: RefillOptions): Performer {
  const { vault } = options;
  const underWay = new Map<string, Promise<readonly SecretRef[]>>();
  return async (operation, how) => {
    for (const ref of secretRefsIn(operation.input)) {
      if (vault.has(ref)) continue;
      const [key = ref, pointer = ""] = ref.split("#");
      const path = pathOf(key);
      let again = underWay.get(path);
      if (again === undefined) underWay.set(path, (again = performAgain(path, perform, options, how)));
      // What was made again has a name of its own; its value is kept under the name that the run knows.
      const made = (await again).find((one) => one.endsWith(`#${pointer}`));
      if (made === undefined)
        throw new Error(`the secret ${ref} is not known to this run, and cannot be fetched again`);
      vault.put(ref, vault.open(Secret.of(made)));
    }
    return perform(operation, how);
  };
}

/** Performs an operation outside the run: nothing of it is recorded, only its secrets are kept. */
async function performAgain(
  path: string,
  perform: Performer,
  options: RefillOptions,
  how: PerformHow,
): Promise<readonly SecretRef[]> {
  const { clock, facts } = options;
  const what = options.operationAt(path);
  if (what === undefined) return [];
  const silent = { changed: () => {}, retrying: () => {}, warned: () => {}, asked: () => {}, answered: () => {} };
  const ownFacts = { ...facts, tokenOrigins: new Map(facts.tokenOrigins) };
  const expansion = expand(what, ownFacts, silent);
  let asked = expansion.next();
  while (!asked.done) {
    const { operation, label } = asked.value;
    try {
      let value: unknown = null;
      if (operation.kind === "timer" && "ms" in operation) await clock.sleep(operation.ms, how.signal);
      else if (operation.kind === "activity")
        value = await perform({ ...operation, key: `${path}:again.${label}` }, how);
      else throw new Error(`${path} waits for somebody's word`);
      asked = expansion.next(value);
    } catch (thrown) {
      if (!(thrown instanceof OperationError)) throw thrown;
      asked = expansion.throw(new OperationError(failureOf(thrown, "internal")));
    }
  }
  return secretRefsIn(asked.value);
}
