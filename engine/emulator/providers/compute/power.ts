/** Start, stop, restart, deallocate and what else is done to a whole VM. */
import { lower, nameOf } from "../../resource-id.ts";
import { inGroup, on } from "../../routes/route.ts";
import type { Entry } from "../../store.ts";
import { AzureError, type Answer } from "../../wire.ts";
import { ok, startOperation, type Context } from "../context.ts";
import { evictionOf, requireVm } from "./virtual-machines.ts";

const provider = "Microsoft.Compute" as const;
interface Power {
  /** What the power state reads meanwhile, and then. */
  readonly during: string;
  readonly after: string;
  readonly needs?: "allocated" | "running";
}
const powers: Record<string, Power> = {
  start: { during: "starting", after: "running" },
  restart: { during: "running", after: "running", needs: "running" },
  poweroff: { during: "stopping", after: "stopped", needs: "allocated" },
  deallocate: { during: "deallocating", after: "deallocated" },
};
const refuse = (message: string): AzureError => new AzureError(409, "OperationNotAllowed", message);

function powerVm(c: Context): Answer {
  const e = requireVm(c, c.verb);
  const power = powers[lower(c.verb)];
  if (!power) throw new Error(`no power operation ${c.verb}`);
  if (e.hidden?.["isGeneralized"] === true && power.after === "running")
    throw refuse(`Operation '${c.verb}' is not allowed on VM '${nameOf(e.id)}' since the VM is generalized.`);
  const now = (e.hidden?.["power"] as string | undefined) ?? "running";
  const change: { until: number; to: string } | undefined = e.hidden?.["powerChange"];
  if (change && change.until > c.tx.now && change.to !== power.after)
    throw refuse(
      `An ongoing operation is changing power state of Virtual Machine ${nameOf(e.id)} to ${change.to}. Please perform operation ${c.verb} after some time.`,
    );
  if (power.needs !== undefined && now === "deallocated")
    throw refuse(
      `Operation '${c.verb}' is not allowed on VM '${nameOf(e.id)}' since the VM is either deallocated or marked to be deallocated.`,
    );
  if (power.needs === "running" && now !== "running")
    throw refuse("The operation requires the VM to be running (or set to run).");
  const readyAt = c.tx.now + c.tx.latency.vmUpdateMs;
  e.hidden = { ...e.hidden, power: power.after, powerChange: { until: readyAt, as: power.during, to: power.after } };
  return later(c, e, readyAt);
}
/** Done to the VM without changing what is told of it; nothing else may be done meanwhile. */
function renew(c: Context): Answer {
  const e = requireVm(c, c.verb);
  const readyAt = c.tx.now + c.tx.latency.vmUpdateMs;
  e.hidden = { ...e.hidden, aloneUntil: readyAt };
  return later(c, e, readyAt);
}
function later(c: Context, e: Entry, readyAt: number): Answer {
  c.tx.put(e);
  const region: string = e.body["location"];
  return { status: 202, headers: startOperation(c, { provider, region, readyAt, location: true }) };
}
function generalize(c: Context): Answer {
  const e = requireVm(c, "generalize");
  if (e.hidden?.["power"] === "running")
    throw refuse(`Please power off the Virtual Machine '${nameOf(e.id)}' before setting it as Generalized.`);
  e.hidden = { ...e.hidden, isGeneralized: true };
  c.tx.put(e);
  return ok(undefined);
}
function simulateEviction(c: Context): Answer {
  const e = requireVm(c, "simulateEviction");
  if (!/^spot$/i.test(String(e.body["properties"].priority ?? "")))
    throw refuse("Operation 'simulateEviction' is allowed only for Spot Virtual Machines");
  if (/^delete$/i.test(String(e.body["properties"].evictionPolicy ?? ""))) evict(c, e);
  else c.tx.put({ ...e, hidden: { ...e.hidden, power: "deallocated" } });
  return { status: 204 };
}
/** The VM goes, and the provider knows it before Resource Manager does. */
function evict(c: Context, e: Entry): void {
  c.tx.put({ ...e, goneAt: c.tx.now });
  const hidden = { kind: "eviction" };
  c.tx.put({ id: evictionOf(e.id), body: {}, createdAt: c.tx.now, goneAt: c.tx.now + 600_000, hidden });
}
const at = (verb: string): string => inGroup(`Microsoft.Compute/virtualMachines/{vmName}/${verb}`);
export const powerRoutes = [
  ...on(at("start"), ["POST", "VirtualMachines_Start", powerVm]),
  ...on(at("restart"), ["POST", "VirtualMachines_Restart", powerVm]),
  ...on(at("powerOff"), ["POST", "VirtualMachines_PowerOff", powerVm]),
  ...on(at("deallocate"), ["POST", "VirtualMachines_Deallocate", powerVm]),
  ...on(at("redeploy"), ["POST", "VirtualMachines_Redeploy", renew]),
  ...on(at("reapply"), ["POST", "VirtualMachines_Reapply", renew]),
  ...on(at("generalize"), ["POST", "VirtualMachines_Generalize", generalize]),
  ...on(at("simulateEviction"), ["POST", "VirtualMachines_SimulateEviction", simulateEviction]),
];
