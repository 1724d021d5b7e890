// Short names of VM images, as the Azure command line has them, and what Azure asks of a machine made from one.

export interface ImageReference {
  readonly publisher: string;
  readonly offer: string;
  readonly sku: string;
  readonly version: string;
}

const ALIASES: Readonly<Record<string, { readonly urn: string; readonly os: "Windows" | "Linux" }>> = {
  // https://learn.microsoft.com/azure/virtual-machines/windows/cli-ps-findimage
  Win2025Datacenter: { urn: "MicrosoftWindowsServer:WindowsServer:2025-datacenter-g2:latest", os: "Windows" },
  Win2022Datacenter: { urn: "MicrosoftWindowsServer:WindowsServer:2022-datacenter-g2:latest", os: "Windows" },
  Win2019Datacenter: { urn: "MicrosoftWindowsServer:WindowsServer:2019-datacenter-gensecond:latest", os: "Windows" },
  Win2016Datacenter: { urn: "MicrosoftWindowsServer:WindowsServer:2016-datacenter-gensecond:latest", os: "Windows" },
  // https://learn.microsoft.com/azure/virtual-machines/linux/cli-ps-findimage
  Ubuntu2204: { urn: "Canonical:0001-com-ubuntu-server-jammy:22_04-lts-gen2:latest", os: "Linux" },
  Ubuntu2404: { urn: "Canonical:ubuntu-24_04-lts:server:latest", os: "Linux" },
  Debian12: { urn: "Debian:debian-12:12-gen2:latest", os: "Linux" },
};

export const IMAGE_ALIASES: readonly string[] = Object.keys(ALIASES);

/** The reference behind an alias or `publisher:offer:sku:version`; absent when it is neither. */
export function imageOf(
  image: string,
): { readonly reference: ImageReference; readonly os: "Windows" | "Linux" } | undefined {
  const name = IMAGE_ALIASES.find((alias) => alias.toLowerCase() === image.toLowerCase());
  const known = name === undefined ? undefined : ALIASES[name];
  const [publisher, offer, sku, version, ...rest] = (known?.urn ?? image).split(":");
  if (!publisher || !offer || !sku || !version || rest.length > 0) return undefined;
  // Windows images of Microsoft's own all come from publishers with "Windows" in their name.
  const os = known?.os ?? (/windows/i.test(publisher) ? "Windows" : "Linux");
  return { reference: { publisher, offer, sku, version }, os };
}
