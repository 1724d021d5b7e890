/** Bodies of VMs, as the wire has them and as the compute client wants them. */
import type { VirtualMachine } from "@azure/arm-compute";
import { vmBody } from "../../support/azure-world.ts";
import type { SdkWorld } from "../../support/sdk-world.ts";

export type VmBody = ReturnType<typeof vmBody>;
export const vmBodyOn = (nic: string): VmBody => vmBody(nic);
/** The client's model has no `properties`. */
export const flat = ({ location, properties }: VmBody) => ({ location, ...properties }) as VirtualMachine;
/** Creates the VM that `change` spoils. */
export async function createVm(w: SdkWorld, change: (body: VmBody) => void = () => undefined, name = "new") {
  const body = vmBodyOn(await w.makeNic(`${name}-nic`.slice(0, 60)));
  change(body);
  return w.clients.compute.virtualMachines.createOrUpdate("Lab", name, flat(body));
}
export const createVmOf = async (w: SdkWorld, osProfile: object) =>
  createVm(w, (b) => void Object.assign(b.properties.osProfile, osProfile));
