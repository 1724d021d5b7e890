/** What one subscription may have, per region. */
export interface Limits {
  /** Virtual CPUs of all running and stopped VMs. */
  readonly regionalCores: number;
  readonly publicIpAddresses: number;
  /** By region: sizes of VMs that the subscription cannot have there. */
  readonly withheldSizes: Readonly<Record<string, readonly string[]>>;
  /** Regions that Azure opened after the subscription had registered its namespaces: until it registers one again, none there. */
  readonly newRegions: readonly string[];
  /** Whether the tenant may buy what a template asks the marketplace for. */
  readonly mayPurchase: boolean;
}
/** Those of a subscription that somebody has raised a little: a runbook should not stop at them unless it is meant to. */
export const generousLimits: Limits = {
  regionalCores: 350,
  publicIpAddresses: 1000,
  withheldSizes: {},
  newRegions: [],
  mayPurchase: true,
};
