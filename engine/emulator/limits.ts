/** What one subscription may have, per region. */
export interface Limits {
  /** Virtual CPUs of all running and stopped VMs. */
  readonly regionalCores: number;
  readonly publicIpAddresses: number;
}
/** Those of a subscription that somebody has raised a little: a runbook should not stop at them unless it is meant to. */
export const generousLimits: Limits = { regionalCores: 350, publicIpAddresses: 1000 };
