/** The commands that Run Command offers. The emulated guest knows the two that run a script. */
import { inSubscription, on } from "../../routes/route.ts";
import { AzureError, type Answer, type Body } from "../../wire.ts";
import { ok, type Context } from "../context.ts";

const schema = "http://schema.management.azure.com/schemas/2016-11-17/runcommands.json";
const document = (id: string, osType: string, label: string, description: string): Body => ({
  $schema: schema,
  id,
  osType,
  label,
  description,
});
const custom = (shell: string) =>
  `Custom multiline ${shell} script should be defined in script property. Optional parameters can be set in parameters property.`;
const documents = [
  document("EnableRemotePS", "Windows", "Enable remote PowerShell", "Turn on remote PowerShell."),
  document("IPConfig", "Windows", "List IP configuration", "Show the addresses of each adapter."),
  document("RunPowerShellScript", "Windows", "Executes a PowerShell script", custom("PowerShell")),
  document("RunShellScript", "Linux", "Executes a Linux shell script", custom("shell")),
  document("ifconfig", "Linux", "List network configuration", "Show the configuration of all network interfaces."),
  document("EnableAdminAccount", "Windows", "Enable administrator account", "Enable the local Administrator account."),
  document("RDPSettings", "Windows", "Verify RDP Listener Settings", "Check the settings of the RDP listener."),
  document("SetRDPPort", "Windows", "Set Remote Desktop port", "Set the port of Remote Desktop connections."),
  document(
    "ResetRDPCert",
    "Windows",
    "Restore RDP Authentication mode to defaults",
    "Remove the certificate of the RDP listener.",
  ),
  document("DisableNLA", "Windows", "Disable Network Level Authentication", "Turn Network Level Authentication off."),
  document(
    "RemoveRunCommandWindowsExtension",
    "Windows",
    "Removes the internal RunCommandWindows extension",
    "Remove what earlier runs left.",
  ),
  document(
    "RemoveRunCommandLinuxExtension",
    "Linux",
    "Removes the internal RunCommandLinux extension",
    "Remove what earlier runs left.",
  ),
  document("EnableEMS", "Windows", "Enable EMS", "Enable Emergency Management Services."),
  document(
    "DisableWindowsUpdate",
    "Windows",
    "Disable Windows Update Automatic Updates",
    "Turn automatic updates off.",
  ),
  document("EnableWindowsUpdate", "Windows", "Enable Windows Update Automatic Updates", "Turn automatic updates on."),
];
const listDocuments = (): Answer => ok({ value: documents });
function getDocument(c: Context): Answer {
  const asked = c.id.names[1] ?? "";
  const found = documents.find((d) => String(d["id"]).toLowerCase() === asked.toLowerCase());
  if (!found) throw new AzureError(404, "NotFound", `The entity was not found in this Azure location.`);
  const takesScript = /^Run(Shell|PowerShell)Script$/.test(String(found["id"]));
  return ok({
    ...found,
    script: takesScript ? ["echo This is a sample script", "echo Optional parameters: $0 $1"] : [`# ${found["label"]}`],
    parameters: takesScript
      ? [
          { name: "arg1", type: "string", defaultValue: "value1", required: false },
          { name: "arg2", type: "string", defaultValue: "value2", required: false },
        ]
      : [],
  });
}
const at = "Microsoft.Compute/locations/{location}/runCommands";
export const runCommandDocumentRoutes = [
  ...on(inSubscription(at), ["GET", "VirtualMachineRunCommands_List", listDocuments]),
  ...on(inSubscription(`${at}/{commandId}`), ["GET", "VirtualMachineRunCommands_Get", getDocument]),
];
