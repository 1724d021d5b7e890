// Short names of VM images, and what Azure asks of a machine made from one.

import { nearest } from "../../source/suggestion.ts";
import type { InputProblem } from "../definition.ts";

export interface ImageReference {
  readonly publisher: string;
  readonly offer: string;
  readonly sku: string;
  readonly version: string;
}

export type VmOs = "Windows" | "Linux";

/**
 * Those of the Azure command line, as `az vm image list` shows them, without the ones that their makers no longer
 * support, and those of New-AzVM that the command line lacks:
 * https://github.com/Azure/azure-cli/blob/dev/src/azure-cli/azure/cli/command_modules/vm/_alias.py
 * https://learn.microsoft.com/powershell/module/az.compute/new-azvm
 * The newest of each family, for which neither has a name yet, are named alike.
 */
const ALIASES: Readonly<Record<VmOs, Readonly<Record<string, string>>>> = {
  Windows: {
    Win2025Datacenter: "MicrosoftWindowsServer:WindowsServer:2025-datacenter-g2:latest",
    Win2022Datacenter: "MicrosoftWindowsServer:WindowsServer:2022-datacenter-g2:latest",
    Win2022AzureEdition: "MicrosoftWindowsServer:WindowsServer:2022-datacenter-azure-edition:latest",
    Win2022AzureEditionCore: "MicrosoftWindowsServer:WindowsServer:2022-datacenter-azure-edition-core:latest",
    Win2019Datacenter: "MicrosoftWindowsServer:WindowsServer:2019-datacenter-gensecond:latest",
    Win2016Datacenter: "MicrosoftWindowsServer:WindowsServer:2016-datacenter-gensecond:latest",
  },
  Linux: {
    Ubuntu2404: "Canonical:ubuntu-24_04-lts:server:latest",
    Ubuntu2204: "Canonical:0001-com-ubuntu-server-jammy:22_04-lts-gen2:latest",
    Debian12: "Debian:debian-12:12-gen2:latest",
    RHELRaw8LVMGen2: "RedHat:RHEL:8-lvm-gen2:latest",
    AzureLinux4: "MicrosoftAzureLinux:azurelinux-4:4:latest",
    FlatcarLinuxFreeGen2: "kinvolk:flatcar-container-linux-free:stable-gen2:latest",
  },
};

const BY_NAME: ReadonlyMap<string, { readonly urn: string; readonly os: VmOs }> = new Map(
  Object.entries(ALIASES).flatMap(([os, aliases]) =>
    Object.entries(aliases).map(([name, urn]) => [name.toLowerCase(), { urn, os: os as VmOs }] as const),
  ),
);

export const IMAGE_ALIASES: readonly string[] = Object.values(ALIASES).flatMap((aliases) => Object.keys(aliases));

/** Publishers whose images are all Windows, and offers of others that are: a SQL Server on Windows is `…-ws2022`. */
const WINDOWS =
  /^(?:[^:]*windows[^:]*|microsoftvisualstudio|microsoftsharepoint|microsoftbiztalkserver):|^[^:]*:[^:]*-ws20\d\d/i;

/** The reference behind an alias or `publisher:offer:sku:version`; absent when it is neither. */
export function imageOf(image: string): { readonly reference: ImageReference; readonly os: VmOs } | undefined {
  const known = BY_NAME.get(image.toLowerCase());
  const urn = known?.urn ?? image;
  const [publisher, offer, sku, version, ...rest] = urn.split(":");
  if (!publisher || !offer || !sku || !version || rest.length > 0 || /\s/.test(urn)) return undefined;
  return { reference: { publisher, offer, sku, version }, os: known?.os ?? (WINDOWS.test(urn) ? "Windows" : "Linux") };
}

export function imageProblems(image: string): readonly InputProblem[] {
  if (imageOf(image) !== undefined) return [];
  const near = nearest(image, IMAGE_ALIASES);
  const hint = near === undefined ? `known images: ${IMAGE_ALIASES.join(", ")}` : `did you mean "${near}"?`;
  return [{ at: "/image", message: `"${image}" is neither a known image nor publisher:offer:sku:version`, hint }];
}
