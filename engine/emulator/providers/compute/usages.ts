/** What a region's quota allows, and how much of it is used. */
import { inSubscription, on } from "../../routes/route.ts";
import type { Transaction } from "../../store.ts";
import type { Answer, Body } from "../../wire.ts";
import { ok, type Context } from "../context.ts";
import { sizeOf } from "./sizes.ts";

const vms = "Microsoft.Compute/virtualMachines";
const inRegion = (tx: Transaction, region: string) => tx.allOfType(vms).filter((e) => e.body["location"] === region);
export const coresUsed = (tx: Transaction, region: string): number =>
  inRegion(tx, region).reduce(
    (n, e) => n + (sizeOf(String(e.body["properties"].hardwareProfile?.vmSize))?.cores ?? 0),
    0,
  );

function listUsages(c: Context): Answer {
  const region = (c.id.names[0] ?? "").toLowerCase();
  const usage = (value: string, localizedValue: string, currentValue: number, limit: number): Body => ({
    unit: "Count",
    currentValue,
    limit,
    name: { value, localizedValue },
  });
  return ok({
    value: [
      usage("cores", "Total Regional vCPUs", coresUsed(c.tx, region), c.tx.limits.regionalCores),
      usage("virtualMachines", "Virtual Machines", inRegion(c.tx, region).length, 25_000),
    ],
  });
}
export const usageRoutes = on(inSubscription("Microsoft.Compute/locations/{location}/usages"), [
  "GET",
  "Usage_List",
  listUsages,
]);
