/** What a run in the sandbox leaves behind in the two APIs, and what is left of one that nobody saw the end of. */
import { tail } from "../guest/frame.ts";
import type { Finish, GuestOutput } from "../guest/run-script.ts";
import type { Transaction } from "../store.ts";
import type { Body } from "../wire.ts";

/** `operation`: the address that a client follows. */
export function finishAction(vmId: string, operation: string, statuses: (output: GuestOutput) => Body[]): Finish {
  return (tx, output) => {
    endOperation(
      tx,
      operation,
      output.problem === undefined
        ? { output: { value: statuses({ ...output, stdout: tail(output.stdout), stderr: tail(output.stderr) }) } }
        : { output: null, error: failure(output.problem, output) },
    );
    const vm = tx.get(vmId);
    if (vm) tx.put({ ...vm, hidden: { ...vm.hidden, runUntil: 0 } });
  };
}

export function finishManaged(id: string, operation: string): Finish {
  return (tx, { exitCode, stdout, stderr, problem, isLate }) => {
    endOperation(tx, operation, {});
    const entry = tx.get(id);
    if (!entry) return;
    const view: Body = {
      ...entry.hidden?.["instanceView"],
      executionState: isLate ? "TimedOut" : problem === undefined && exitCode === 0 ? "Succeeded" : "Failed",
      executionMessage: problem ?? "",
      exitCode,
      output: tail(stdout),
      error: tail(stderr),
      endTime: new Date(tx.now).toISOString(),
    };
    tx.put({ ...entry, readyAt: tx.now, hidden: { ...entry.hidden, instanceView: view } });
  };
}

/** With what the script wrote until then. */
const failure = (problem: string, { stdout, stderr }: Pick<GuestOutput, "stdout" | "stderr">): Body => ({
  code: "VMExtensionProvisioningError",
  message: `VM has reported a failure when processing extension 'RunCommandLinux'. Error message: "Enable failed: ${problem}\n[stdout]\n${tail(stdout)}\n[stderr]\n${tail(stderr)}"`,
});

function endOperation(tx: Transaction, operation: string, result: Body): void {
  const entry = tx.get(new URL(operation).pathname);
  if (entry) tx.put({ ...entry, readyAt: tx.now, hidden: { ...entry.hidden, ...result } });
}

/** Marks what runs, so that a process that finds it knows that it runs no more. */
export function markRunning(tx: Transaction, ...ids: readonly string[]): void {
  for (const id of ids) {
    const entry = tx.get(id);
    if (entry) tx.put({ ...entry, hidden: { ...entry.hidden, inSandbox: true } });
  }
}

/** Ends what another process began and did not live to finish. */
export function endInterrupted(tx: Transaction): void {
  const problem = "the emulator was stopped while the script ran";
  for (const entry of tx.all()) {
    if (entry.hidden?.["inSandbox"] !== true) continue;
    const { inSandbox: _, runUntil, ...hidden } = entry.hidden;
    // A VM was ready long before; it is only free again.
    if (runUntil !== undefined) {
      tx.put({ ...entry, hidden });
      continue;
    }
    if ((entry.readyAt ?? 0) <= tx.now) continue;
    const view: unknown = hidden["instanceView"];
    const ended = view
      ? { instanceView: { ...(view as Body), executionState: "Failed", executionMessage: problem, exitCode: 1 } }
      : { output: null, error: failure(problem, { stdout: "", stderr: "" }) };
    tx.put({ ...entry, readyAt: tx.now, hidden: { ...hidden, ...ended } });
  }
}
