/** POST runCommand: one at a time, and only scripts the emulated guest knows. */
import { recognise, scriptHash } from "../guest/known-scripts.ts";
import { AzureError, type Answer } from "../wire.ts";
import { requireEntry, startOperation, type Context } from "./context.ts";

export function runCommand(c: Context): Answer {
  const e = requireEntry(c);
  if ((e.pending === "Creating" && (e.readyAt ?? 0) > c.tx.now) || e.hidden?.["power"] !== "running")
    throw new AzureError(409, "OperationNotAllowed", "The operation requires the VM to be running (or set to run).");
  if (Number(e.hidden?.["runUntil"] ?? 0) > c.tx.now)
    throw new AzureError(
      409,
      "Conflict",
      "Run command extension execution is in progress. Please wait for completion before invoking a run command.",
    );
  const readyAt = c.tx.now + c.tx.latency.runCommandMs,
    hash = scriptHash(c.body["script"] ?? []);
  e.hidden = { ...e.hidden, runUntil: readyAt };
  c.tx.put(e);
  const error = recognise(hash)
    ? undefined
    : {
        code: "NotEmulated",
        message: `The emulated guest runs only the engine's own request scripts; it does not know the script with SHA-256 ${hash}.`,
      };
  return {
    status: 202,
    headers: startOperation(c, {
      provider: "Microsoft.Compute",
      region: e.body["location"],
      readyAt,
      location: true,
      ...(error ? { error } : {}),
    }),
  };
}
