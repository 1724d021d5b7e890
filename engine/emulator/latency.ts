/** How long Azure takes, in milliseconds of the emulator's clock. */
export interface LatencySettings {
  /** Until a created VM is Succeeded. */
  vmCreateMs: number;
  /** Until a changed or deleted VM (or resource group) has settled. */
  vmUpdateMs: number;
  /** Until a network resource has settled. */
  networkMs: number;
  /** Until a Run Command has its output. */
  runCommandMs: number;
  /** Until the directory knows a new identity's principal. */
  principalVisibleMs: number;
  /** Until a role assignment takes effect. */
  roleVisibleMs: number;
  /** Until the VM's metadata service knows an assigned identity. */
  identityOnVmVisibleMs: number;
  /** What polling clients are told to wait. */
  retryAfterMs: number;
}
export const fast: LatencySettings = {
  vmCreateMs: 400,
  vmUpdateMs: 150,
  networkMs: 100,
  runCommandMs: 150,
  principalVisibleMs: 250,
  roleVisibleMs: 400,
  identityOnVmVisibleMs: 250,
  retryAfterMs: 50,
};
/** Near the medians measured on Azure. */
export const real: LatencySettings = {
  vmCreateMs: 45_000,
  vmUpdateMs: 5_400,
  networkMs: 3_000,
  runCommandMs: 19_500,
  principalVisibleMs: 12_000,
  roleVisibleMs: 60_000,
  identityOnVmVisibleMs: 15_000,
  retryAfterMs: 10_000,
};
export function latencyOf(choice: "fast" | "real" | LatencySettings | undefined): LatencySettings {
  return choice === "real" ? real : choice === undefined || choice === "fast" ? fast : choice;
}
