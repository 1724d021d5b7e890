// An author's script in a VM: sent as a managed run command under a name of its own, waited for, cleaned up after. The name
// is on record before anything is sent, so that whoever resumes can see whether the script was begun.

import type { OperationData } from "../steps/operation.ts";
import { isJsonObject, type Json, type JsonObject } from "../value/json.ts";
import type { ScriptResult, Submitted } from "./activities.ts";
import { guestRemove, locationOf, osTypeOf } from "./expand-guest.ts";
import {
  absent,
  activity,
  type Expansion,
  type Observer,
  polled,
  type RunFacts,
  settled,
  VM_TYPE,
} from "./expansion.ts";
import { OperationError } from "./failure.ts";
import { retried } from "./retried.ts";

export function* script(
  what: Extract<OperationData, { kind: "script" }>,
  facts: RunFacts,
  observer: Observer,
): Expansion<Json> {
  observer.changed("run");
  const { vm, script: text, parameters, secretParameters, timeoutSeconds } = what;
  const machine = yield* settled({ type: VM_TYPE, id: vm });
  if (machine.status === 404) throw new OperationError(absent(vm));
  const osType = osTypeOf(machine.body);
  if (osType === "Windows" && Object.keys(secretParameters).length > 0) observer.warned(SECRETS_ON_COMMAND_LINE);
  const { name } = yield* activity<{ readonly name: string }>("name", "script-name", {});
  const input: JsonObject = {
    vm,
    name,
    location: locationOf(machine.body),
    // A line that ends in CR LF is an error to every shell of Linux.
    script: osType === "Windows" ? text : text.replaceAll("\r\n", "\n"),
    parameters,
    secretParameters,
    timeoutSeconds,
  };
  const submitted = yield* retried(
    (attempt) => activity<Submitted>(`run.${attempt}`, "script-run", input),
    {},
    facts,
    observer,
  );
  try {
    const ended = yield* polled(submitted, "");
    if (isJsonObject(ended) && "gone" in ended) {
      const message = `the run command ${name} was deleted by somebody; whether the script ended is not known`;
      throw new OperationError({ origin: "guest", code: "ScriptLost", message });
    }
    const { state } = ended as unknown as ScriptResult;
    if (state === "TimedOut") {
      const message = `the script did not end within ${timeoutSeconds} s, and was stopped`;
      throw new OperationError({
        origin: "guest",
        code: "ScriptTimedOut",
        message,
        hint: "give it more `timeoutSeconds`",
      });
    }
    return ended;
  } finally {
    yield* guestRemove(1, { vm, name }, observer);
  }
}

/** See docs/security.md. */
const SECRETS_ON_COMMAND_LINE =
  "secret parameters of a script stand on a command line in a Windows VM while it runs (docs/security.md)";
