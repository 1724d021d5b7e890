// POST runCommand: one at a time in a VM, and only the script that the emulated guest knows.

import { runScript, type Machine, type Script, type ScriptRun } from "../../guest/run-script.ts";
import { inGroup, on } from "../../routes/route.ts";
import { finishAction, markRunning } from "../../sandbox/finish.ts";
import type { Entry } from "../../store.ts";
import { AzureError, type Answer, type Body } from "../../wire.ts";
import { requireEntry, startOperation, type Context } from "../context.ts";

export function runCommand(c: Context): Answer {
  const vm = requireEntry(c);
  requireReady(c, vm);
  if (Number(vm.hidden?.["runUntil"] ?? 0) > c.tx.now) {
    throw new AzureError(
      409,
      "Conflict",
      "Run command extension execution is in progress. Please wait for completion before invoking a run command.",
    );
  }
  const { os } = machineOf(c, vm);
  const wanted = os === "Windows" ? "RunPowerShellScript" : "RunShellScript";
  const given = String(c.body["commandId"] ?? "");
  if (given.toLowerCase() !== wanted.toLowerCase()) {
    throw new AzureError(400, "InvalidParameter", `The emulator knows no command '${given}' for ${os}.`, {
      target: "commandId",
    });
  }
  const text = (c.body["script"] ?? []) as readonly string[];
  const parameters = parametersOf(c.body["parameters"]);
  const run = startScript(c, vm, { text, parameters, positional: [...parameters.values()] });
  vm.hidden = { ...vm.hidden, runUntil: run.endsAt };
  c.tx.put(vm);
  const headers = startOperation(c, {
    provider: "Microsoft.Compute",
    region: vm.body["location"],
    readyAt: run.endsAt,
    location: true,
    ...(run.known ? { output: { value: statuses(os, run.stdout) } } : { error: notRun(run) }),
  });
  if (run.known && run.later) {
    const operation = headers["azure-asyncoperation"] ?? "";
    markRunning(c.tx, new URL(operation).pathname, vm.id);
    run.later(finishAction(vm.id, operation, ({ stdout, stderr }) => statuses(os, stdout, stderr)));
  }
  return { status: 202, headers };
}

/** Azure runs nothing in a VM that is off, or whose agent is not there or may not run extensions. */
export function requireReady(c: Context, vm: Entry): void {
  const creating = vm.pending === "Creating" && (vm.readyAt ?? 0) > c.tx.now;
  if (creating || vm.hidden?.["power"] !== "running") {
    throw new AzureError(409, "OperationNotAllowed", "The operation requires the VM to be running (or set to run).");
  }
  if (vm.body["properties"].osProfile?.allowExtensionOperations === false) {
    throw new AzureError(
      409,
      "OperationNotAllowed",
      "This operation cannot be performed when extension operations are disallowed. To allow, please ensure VM Agent is installed on the VM and the osProfile.allowExtensionOperations property is true.",
    );
  }
}

/** The script begins when Run Command has brought it into the VM, and sees the world of that moment. */
export function startScript(c: Context, vm: Entry, script: Script): ScriptRun & { readonly endsAt: number } {
  const startsAt = c.tx.now + c.tx.latency.runCommandMs;
  const run = runScript(c.tx.at(startsAt), machineOf(c, vm), script);
  return { ...run, endsAt: startsAt + (run.known ? run.ranMs : 0) };
}

function machineOf(c: Context, vm: Entry): Machine {
  const os = vm.body["properties"].storageProfile.osDisk.osType === "Windows" ? "Windows" : "Linux";
  return { vmId: vm.id, os, door: c.guestDoor, resourceManager: c.origin };
}

/** `[{ name, value }]`, as both APIs take them. */
export function parametersOf(...lists: readonly unknown[]): ReadonlyMap<string, string> {
  const all = lists.flatMap((list) => (Array.isArray(list) ? (list as readonly Body[]) : []));
  return new Map(all.map((one) => [String(one["name"]), String(one["value"])]));
}

const notRun = ({ code, why }: { readonly code: string; readonly why: string }): Body => ({ code, message: why });

/** Linux gives one status for both streams, also when the script failed; Windows one for each. */
function statuses(os: Machine["os"], stdout: string, stderr = ""): Body[] {
  const status = (code: string, message: string): Body => ({
    code,
    level: "Info",
    displayStatus: "Provisioning succeeded",
    message,
  });
  if (os === "Linux") {
    return [status("ProvisioningState/succeeded", `Enable succeeded: \n[stdout]\n${stdout}\n[stderr]\n${stderr}`)];
  }
  return [status("ComponentStatus/StdOut/succeeded", stdout), status("ComponentStatus/StdErr/succeeded", "")];
}

export const runCommandRoutes = on(inGroup("Microsoft.Compute/virtualMachines/{vmName}/runCommand"), [
  "POST",
  "VirtualMachines_RunCommand",
  runCommand,
  { body: { commandId: "string", script: ["string"], parameters: [{ name: "string" }] } },
]);
