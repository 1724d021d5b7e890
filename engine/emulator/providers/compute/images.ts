/** The marketplace, as far as runbooks start from it: publishers, offers, SKUs and one version of each. */
import { lower } from "../../resource-id.ts";
import { inSubscription, on } from "../../routes/route.ts";
import { AzureError, type Answer, type Body } from "../../wire.ts";
import { ok, type Context } from "../context.ts";
import { extensionPublishers } from "./extension-images.ts";

export interface Image {
  readonly publisher: string;
  readonly offer: string;
  readonly sku: string;
  readonly os: "Windows" | "Linux";
  /** What `latest` means. */
  readonly version: string;
  readonly osName: string;
  readonly osVersion: string;
  readonly diskGB: number;
}
type Offer = readonly [
  publisher: string,
  offer: string,
  skus: string,
  version: string,
  osName: string,
  diskGB?: number,
];
const windowsServer = [2008, 2012, 2016, 2019, 2022, 2025];
const serverSkus = windowsServer
  .flatMap((year) => {
    if (year === 2008) return ["2008-R2-SP1", "2008-R2-SP1-smalldisk"];
    const base =
      year === 2012
        ? [
            "2012-Datacenter",
            "2012-R2-Datacenter",
            "2012-Datacenter-smalldisk",
            "2012-R2-Datacenter-smalldisk",
            "2012-r2-datacenter-gensecond",
          ]
        : [];
    if (year === 2012) return base;
    const y = `${year}-`;
    return [
      ...[
        "Datacenter",
        "Datacenter-smalldisk",
        "Datacenter-Core",
        "Datacenter-Core-smalldisk",
        "Datacenter-with-Containers",
        "datacenter-gensecond",
        "datacenter-core-g2",
        "datacenter-g2",
        "datacenter-smalldisk-g2",
      ].map((s) => y + s),
      ...(year >= 2022
        ? [
            "datacenter-azure-edition",
            "datacenter-azure-edition-core",
            "datacenter-azure-edition-hotpatch",
            "datacenter-azure-edition-smalldisk",
            "datacenter-core-smalldisk-g2",
          ].map((s) => y + s)
        : []),
    ];
  })
  .join(" ");
const offers: readonly Offer[] = [
  ["MicrosoftWindowsServer", "WindowsServer", serverSkus, "20348.4405.251112", "Windows Server", 127],
  ["MicrosoftWindowsServer", "2019-datacenter-cvm", "windows-cvm", "17763.2183.2109130127", "Windows Server", 127],
  [
    "MicrosoftWindowsServer",
    "windowsserver-gen2preview-preview",
    "windows10-tvm",
    "18363.592.2001092016",
    "Windows 10",
    127,
  ],
  [
    "MicrosoftWindowsDesktop",
    "Windows-10",
    "rs5-pro 20h2-pro 21h2-pro win10-21h2-pro win10-21h2-pro-g2 win10-22h2-pro win10-22h2-pro-g2 win10-22h2-ent win10-22h2-ent-g2",
    "19045.6575.251108",
    "Windows 10",
    127,
  ],
  [
    "MicrosoftWindowsDesktop",
    "windows-11",
    "win11-21h2-pro win11-22h2-pro win11-22h2-ent win11-23h2-pro win11-23h2-ent win11-24h2-pro win11-24h2-ent win11-25h2-pro",
    "26100.7171.251108",
    "Windows 11",
    127,
  ],
  [
    "MicrosoftSQLServer",
    "sql2019-ws2019",
    "enterprise standard web sqldev express enterprise-gen2 standard-gen2 sqldev-gen2",
    "15.0.250910",
    "Windows Server",
    127,
  ],
  [
    "MicrosoftSQLServer",
    "sql2022-ws2022",
    "enterprise-gen2 standard-gen2 web-gen2 sqldev-gen2 express-gen2",
    "16.0.250910",
    "Windows Server",
    127,
  ],
  [
    "Canonical",
    "UbuntuServer",
    "12.04.3-LTS 12.04.5-LTS 14.04.2-LTS 14.04.3-LTS 14.04.4-LTS 14.04.5-LTS 16.04-LTS 16.04.0-LTS 16_04-lts-gen2 18.04-LTS 18.10 18_04-lts-gen2 18_04-lts-arm64 19.04",
    "18.04.202401161",
    "ubuntu",
    30,
  ],
  [
    "Canonical",
    "0001-com-ubuntu-server-focal",
    "20_04-lts 20_04-lts-gen2 20_04-lts-arm64",
    "20.04.202505200",
    "ubuntu",
    30,
  ],
  [
    "Canonical",
    "0001-com-ubuntu-server-jammy",
    "22_04-lts 22_04-lts-gen2 22_04-lts-arm64",
    "22.04.202511180",
    "ubuntu",
    30,
  ],
  ["Canonical", "ubuntu-22_04-lts", "server server-gen1 server-arm64 minimal", "22.04.202511180", "ubuntu", 30],
  [
    "Canonical",
    "ubuntu-24_04-lts",
    "server server-gen1 server-arm64 minimal minimal-gen1 cvm",
    "24.04.202511170",
    "ubuntu",
    30,
  ],
  ["Debian", "debian-10", "10 10-gen2 10-cloudinit 10-cloudinit-gen2 10-backports", "0.20240703.1797", "debian", 30],
  ["Debian", "debian-11", "11 11-gen2 11-arm64 11-backports 11-backports-gen2", "0.20251112.2291", "debian", 30],
  ["Debian", "debian-12", "12 12-gen2 12-arm64 12-backports 12-backports-gen2", "0.20251112.2291", "debian", 30],
  ["Debian", "debian-13", "13 13-gen2 13-arm64", "0.20251112.2291", "debian", 30],
  ["credativ", "Debian", "8 9 9-backports", "9.20200722.0", "debian", 30],
  [
    "RedHat",
    "RHEL",
    "7-LVM 7_9 7lvm-gen2 8 8-lvm 8-lvm-gen2 8_9 8_10 810-gen2 9-lvm 9-lvm-gen2 9_4 94_gen2 95_gen2 9_6 96-gen2 10-lvm-gen2 7.6 7.7",
    "9.6.2025111211",
    "redhat",
    64,
  ],
  ["RedHat", "RHEL", "7.2 7.3 7.4 7.5 7-RAW", "7.5.2018081518", "redhat", 32],
  ["microsoft-ads", "standard-data-science-vm", "standard-data-science-vm", "1.0.14", "Windows Server", 127],
  ["microsoft-ads", "windows-data-science-vm", "windows2016", "19.01.14", "Windows Server", 127],
  ["microsoft-ads", "linux-data-science-vm-ubuntu", "linuxdsvmubuntu", "19.08.23", "ubuntu", 100],
  ["microsoft-dsvm", "dsvm-win-2022", "winserver-2022 winserver-2022-gen2", "25.06.10", "Windows Server", 127],
  ["microsoft-dsvm", "ubuntu-2204", "2204 2204-gen2", "25.06.10", "ubuntu", 150],
  ["azuredatabricks", "databricks", "databricksworker", "3.15.2", "ubuntu", 30],
  ["SUSE", "sles-15-sp5", "gen1 gen2", "2025.11.04", "suse", 30],
  ["SUSE", "sles-15-sp6", "gen1 gen2", "2025.11.04", "suse", 30],
  ["SUSE", "openSUSE-Leap", "42.3 15.0", "2019.11.04", "suse", 30],
  ["SUSE", "opensuse-leap-15-5", "gen1 gen2", "2024.08.09", "suse", 30],
  ["SUSE", "SLES", "12-SP5 15", "2020.06.10", "suse", 30],
  ["OpenLogic", "CentOS", "6.5 6.10 7.2 7.3 7.4 7.5 7.6 7.7 7_9 7_9-gen2 8_5 8_5-gen2", "7.9.2023030700", "centos", 30],
  ["almalinux", "almalinux-x86_64", "8-gen1 8-gen2 9-gen1 9-gen2", "9.6.202511120", "almalinux", 30],
  ["almalinux", "almalinux", "8_5 8_5-gen2 8_7-gen2", "8.7.20221204", "almalinux", 30],
  ["Oracle", "Oracle-Linux", "79-gen2 8-lvm ol88-lvm-gen2 ol94-lvm-gen2", "9.4.2", "oracle", 30],
  ["kinvolk", "flatcar-container-linux-free", "stable stable-gen2 beta beta-gen2", "4459.2.0", "flatcar", 30],
  ["kinvolk", "flatcar-container-linux", "stable stable-gen2", "4459.2.0", "flatcar", 30],
  ["CoreOS", "CoreOS", "Stable Beta Alpha", "2345.3.0", "coreos", 30],
  [
    "MicrosoftCBLMariner",
    "cbl-mariner",
    "cbl-mariner-2 cbl-mariner-2-gen2 cbl-mariner-2-arm64",
    "2.20251010.01",
    "mariner",
    30,
  ],
  [
    "MicrosoftCBLMariner",
    "azure-linux-3",
    "azure-linux-3 azure-linux-3-gen2 azure-linux-3-arm64",
    "3.20251030.01",
    "azurelinux",
    30,
  ],
  ["MicrosoftAzureLinux", "azurelinux-4", "4 4-gen2 4-arm64", "4.20251112.01", "azurelinux", 30],
];
const images: readonly Image[] = offers.flatMap(([publisher, offer, skus, version, osName, diskGB = 30]) =>
  skus.split(" ").map((sku) => ({
    publisher,
    offer,
    sku,
    os: osName.startsWith("Windows") ? ("Windows" as const) : ("Linux" as const),
    version,
    osName,
    osVersion:
      /\d+([._]\d+)?/
        .exec(offer.startsWith("ubuntu-") || offer.includes("debian") ? offer : sku)?.[0]
        .replace("_", ".") ?? "",
    diskGB: /smalldisk/i.test(sku) ? 30 : diskGB,
  })),
);
const same = (a: string, b: string): boolean => lower(a) === lower(b);

/** The image behind a reference, if there is such a one. */
export function imageOf(reference: Body | undefined): Image | undefined {
  const [publisher, offer, sku] = ["publisher", "offer", "sku"].map((f) => String(reference?.[f] ?? ""));
  return images.find((i) => same(i.publisher, publisher ?? "") && same(i.offer, offer ?? "") && same(i.sku, sku ?? ""));
}
export function requireImage(reference: Body): Image {
  const image = imageOf(reference);
  const version = String(reference["version"]);
  if (!same(version, "latest") && !/^\d+(\.\d+){2,3}$/.test(version))
    throw new AzureError(400, "InvalidParameter", "The value of parameter imageReference.version is invalid.", {
      target: "imageReference.version",
    });
  if (image && (same(version, "latest") || version === image.version)) return image;
  const urn = ["publisher", "offer", "sku", "version"].map((f) => String(reference[f] ?? "")).join(":");
  throw new AzureError(
    404,
    "PlatformImageNotFound",
    `The platform image '${urn}' is not available. Verify that all fields in the storage profile are correct. For more details about storage profile information, please refer to https://aka.ms/storageprofile`,
    { target: "imageReference" },
  );
}

const base = (c: Context): string => c.id.path.split("/").slice(0, 7).join("/");
/** `…/publishers/{p}/artifacttypes/vmimage/offers/{o}/skus/{s}/versions/{v}` */
const part = (c: Context, name: string): string => {
  const segments = c.id.path.split("/");
  return segments[segments.findIndex((s) => lower(s) === name) + 1] ?? "";
};
const named = (c: Context, names: readonly string[], path: (name: string) => string): Answer => {
  const at = base(c).split("/").at(-1) ?? "";
  return ok([...new Set(names)].map((name) => ({ location: at, name, id: `${base(c)}${path(name)}` })) as unknown);
};
const notFound = (what: string): AzureError => new AzureError(404, "NotFound", `${what} was not found.`);
const inPublisher = (c: Context): Image[] => {
  const found = images.filter((i) => same(i.publisher, part(c, "publishers")));
  if (found.length === 0) throw notFound(`Artifact: PublisherName '${part(c, "publishers")}'`);
  return found;
};
const inOffer = (c: Context): Image[] => {
  const found = inPublisher(c).filter((i) => same(i.offer, part(c, "offers")));
  if (found.length === 0) throw notFound(`Artifact: VMImage Offer '${part(c, "offers")}'`);
  return found;
};
const inSku = (c: Context): Image => {
  const found = inOffer(c).find((i) => same(i.sku, part(c, "skus")));
  if (!found) throw notFound(`Artifact: VMImage SKU '${part(c, "skus")}'`);
  return found;
};
const pathOf = (i: Image): string => `/Publishers/${i.publisher}/ArtifactTypes/VMImage/Offers/${i.offer}`;
const listPublishers = (c: Context): Answer =>
  named(c, [...images.map((i) => i.publisher), ...extensionPublishers], (n) => `/Publishers/${n}`);
const listOffers = (c: Context): Answer =>
  named(
    c,
    inPublisher(c).map((i) => i.offer),
    (n) => `/Publishers/${part(c, "publishers")}/ArtifactTypes/VMImage/Offers/${n}`,
  );
const listSkus = (c: Context): Answer => {
  const found = inOffer(c);
  return named(
    c,
    found.map((i) => i.sku),
    (n) => `${found[0] ? pathOf(found[0]) : ""}/Skus/${n}`,
  );
};
const listVersions = (c: Context): Answer => {
  const image = inSku(c);
  const expand = [...c.query].find(([key]) => key.toLowerCase() === "$expand")?.[1];
  if (/^properties$/i.test(expand ?? "")) return ok({ value: [shownVersion(c, image)] });
  return named(c, [image.version], (n) => `${pathOf(image)}/Skus/${image.sku}/Versions/${n}`);
};
function getVersion(c: Context): Answer {
  const image = inSku(c);
  const asked = part(c, "versions");
  if (!same(asked, image.version) && asked !== "latest") throw notFound(`Artifact: VMImage Version '${asked}'`);
  return ok(shownVersion(c, image));
}
function shownVersion(c: Context, image: Image): Body {
  return {
    properties: {
      hyperVGeneration: /gen2|gensecond|-g2/i.test(image.sku) ? "V2" : "V1",
      architecture: /arm64/i.test(image.sku) ? "Arm64" : "x64",
      disallowed: { vmDiskType: "Unmanaged" },
      automaticOSUpgradeProperties: { automaticOSUpgradeSupported: false },
      imageDeprecationStatus: { imageState: "Active" },
      features: [{ name: "IsAcceleratedNetworkSupported", value: "True" }],
      osDiskImage: { operatingSystem: image.os },
      dataDiskImages: [],
    },
    location: base(c).split("/").at(-1),
    name: image.version,
    id: `${base(c)}${pathOf(image)}/Skus/${image.sku}/Versions/${image.version}`,
  };
}
const read = (action: string) => ({
  action: `Microsoft.Compute/locations/publishers/${action}`,
  type: "Microsoft.Compute/virtualMachines",
});
const publishers = "Microsoft.Compute/locations/{location}/publishers";
const offersAt = `${publishers}/{publisherName}/artifacttypes/vmimage/offers`;
export const imageRoutes = [
  ...on(inSubscription(publishers), ["GET", "VirtualMachineImages_ListPublishers", listPublishers, read("read")]),
  ...on(inSubscription(offersAt), [
    "GET",
    "VirtualMachineImages_ListOffers",
    listOffers,
    read("artifacttypes/offers/read"),
  ]),
  ...on(inSubscription(`${offersAt}/{offer}/skus`), [
    "GET",
    "VirtualMachineImages_ListSkus",
    listSkus,
    read("artifacttypes/offers/skus/read"),
  ]),
  ...on(inSubscription(`${offersAt}/{offer}/skus/{skus}/versions`), [
    "GET",
    "VirtualMachineImages_List",
    listVersions,
    read("artifacttypes/offers/skus/versions/read"),
  ]),
  ...on(inSubscription(`${offersAt}/{offer}/skus/{skus}/versions/{version}`), [
    "GET",
    "VirtualMachineImages_Get",
    getVersion,
    read("artifacttypes/offers/skus/versions/read"),
  ]),
];
