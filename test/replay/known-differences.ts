/** Where the emulator answers otherwise than a recording, and why it stays so. By the recording's file and the exchange's index. */
export const knownDifferences: Readonly<Record<string, string>> = {
  "nsg.json #4": "Lists groups that interfaces of scale sets use; the emulator has no scale sets.",
  "vnet.json #5":
    "Lists networks that firewalls, bastions, private endpoints and scale sets use; the emulator has none of them.",
  "vm-run-command.json #5":
    "The recorded script installs a package. The emulated guest runs no script but the engine's own, and fails the operation.",
  "vm-run-command.json #6": "The result of that script.",
};
