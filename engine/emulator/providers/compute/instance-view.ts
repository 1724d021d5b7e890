/** What a VM is doing: its power, its agent, its disks and extensions. */
import { nameOf } from "../../resource-id.ts";
import type { Entry, Transaction } from "../../store.ts";
import type { Body } from "../../wire.ts";
import { imageOf } from "./images.ts";

const timeOf = (ms: number): string => `${new Date(ms).toISOString().slice(0, -1)}0000+00:00`;
/** `starting` on the way to `running`, and so on. */
export function powerOf(e: Entry, now: number): string {
  const change: { until: number; as: string } | undefined = e.hidden?.["powerChange"];
  if (change && change.until > now) return change.as;
  return (e.hidden?.["power"] as string | undefined) ?? "running";
}
const words: Record<string, string> = { "ProvisioningState/succeeded": "Provisioning succeeded" };
const status = (code: string, time: number, displayStatus = words[code] ?? code): Body => ({
  code,
  level: "Info",
  displayStatus,
  time: timeOf(time),
});
export const extensionsOf = (tx: Transaction, vm: Entry): Entry[] => {
  const start = `${vm.id.toLowerCase()}/extensions/`;
  return tx.all().filter((e) => e.id.toLowerCase().startsWith(start));
};
/** The emulated guest runs no extension, and says so. */
const extensionMessage = "The emulator keeps this extension and runs nothing.";

/** Of a VM's instance view it has the time, by itself none. */
export function extensionView(x: Entry, time?: number): Body {
  const { publisher, type, typeHandlerVersion } = x.body["properties"] as Body;
  const state = { code: "ProvisioningState/succeeded", level: "Info", displayStatus: "Provisioning succeeded" };
  return {
    name: nameOf(x.id),
    type: `${publisher}.${type}`,
    typeHandlerVersion: typeHandlerVersion as unknown,
    statuses: [
      { ...(time === undefined ? state : status("ProvisioningState/succeeded", time)), message: extensionMessage },
    ],
  };
}
export function instanceViewOf(tx: Transaction, e: Entry): Body {
  const { now } = tx;
  const isMade = (e.readyAt ?? 0) <= now || e.pending !== "Creating";
  const hasFailed = e.ended !== undefined && (e.readyAt ?? 0) <= now;
  const power = isMade ? powerOf(e, now) : "starting";
  const time = Math.min(e.readyAt ?? now, now);
  const p: Body = e.body["properties"];
  const extensions = extensionsOf(tx, e);
  const image = imageOf(p["storageProfile"]?.imageReference as Body | undefined);
  const agent = guestOf(e, p, image, isMade, time, extensions);
  const disks = [
    p["storageProfile"]?.osDisk,
    ...((p["storageProfile"]?.dataDisks as Body[] | undefined) ?? []),
  ] as Body[];
  return {
    // Where it stands among the others of its set.
    ...(p["availabilitySet"] === undefined ? {} : { platformUpdateDomain: 0, platformFaultDomain: 0 }),
    ...(power === "deallocated" ? {} : agent),
    hyperVGeneration: /gen2|gensecond|-g2$|azure-edition|^server$|^win11|^minimal$/i.test(image?.sku ?? "")
      ? "V2"
      : "V1",
    disks: disks.map((d) => ({ name: d["name"] as unknown, statuses: [status("ProvisioningState/succeeded", time)] })),
    ...(extensions.length && power !== "deallocated"
      ? {
          extensions: extensions.map((x) => extensionView(x, time)),
        }
      : {}),
    ...(p["diagnosticsProfile"]?.bootDiagnostics?.enabled === true
      ? {
          bootDiagnostics: bootDiagnosticsOf(
            p["diagnosticsProfile"].bootDiagnostics.storageUri as string | undefined,
            e,
          ),
        }
      : {}),
    statuses: [
      hasFailed
        ? { code: "ProvisioningState/failed", level: "Error", displayStatus: "Provisioning failed", time: timeOf(time) }
        : isMade
          ? status("ProvisioningState/succeeded", time)
          : { code: "ProvisioningState/creating", level: "Info", displayStatus: "Creating" },
      { code: `PowerState/${power}`, level: "Info", displayStatus: `VM ${power}` },
    ],
  };
}
/** Screenshot and log lie in a storage account; those of a managed one are asked for by an action. */
function bootDiagnosticsOf(account: string | undefined, e: Entry): Body {
  if (account === undefined) return {};
  const { vmId } = e.body["properties"];
  const base = `${account.replace(/\/$/, "")}/bootdiagnostics-${nameOf(e.id)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, "")
    .slice(0, 9)}-${vmId}/${nameOf(e.id)}.${vmId}`;
  return { consoleScreenshotBlobUri: `${base}.screenshot.bmp`, serialConsoleLogBlobUri: `${base}.serialconsole.log` };
}
function guestOf(
  e: Entry,
  p: Body,
  image: ReturnType<typeof imageOf>,
  isMade: boolean,
  time: number,
  extensions: readonly Entry[],
): Body {
  const isWindows = p["storageProfile"]?.osDisk?.osType === "Windows";
  if (!isMade)
    return {
      vmAgent: {
        vmAgentVersion: "Unknown",
        statuses: [
          {
            code: "ProvisioningState/Unavailable",
            level: "Warning",
            displayStatus: "Not Ready",
            message: "VM status blob is found but not yet populated.",
            time: timeOf(time),
          },
        ],
      },
    };
  return {
    computerName: p["osProfile"]?.computerName ?? nameOf(e.id),
    osName: isWindows ? "Windows Server 2022 Datacenter" : (image?.osName ?? "linux"),
    osVersion: isWindows ? "10.0.20348.4405" : (image?.osVersion ?? ""),
    vmAgent: {
      vmAgentVersion: isWindows ? "2.7.41491.1176" : "2.11.1.12",
      statuses: [
        {
          ...status("ProvisioningState/succeeded", time, "Ready"),
          message: isWindows ? "GuestAgent is running and processing the extensions." : "Guest Agent is running",
        },
      ],
      extensionHandlers: extensions.map((x) => ({
        type: `${x.body["properties"].publisher}.${x.body["properties"].type}`,
        typeHandlerVersion: x.body["properties"].typeHandlerVersion as unknown,
        status: {
          code: "ProvisioningState/succeeded",
          level: "Info",
          displayStatus: "Ready",
          message: "Plugin enabled",
        },
      })),
    },
  };
}
