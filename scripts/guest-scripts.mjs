// The scripts that are sent into VMs: as a module, because what is installed has no place for loose files, and as hashes
// in the emulator's table, which shares no code with the engine. Refuses a script that Run Command would change.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

const SCRIPTS = ["guest.sh", "guest.ps1"];
const TABLE = "engine/emulator/guest/known-scripts.ts";
const readText = (path) => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");

/** Texts by path, as they should be. */
export function guestFiles() {
  const texts = new Map(SCRIPTS.map((name) => [name, requirePlain(name, readText(`engine/azure/guest/${name}`))]));
  const rows = [...texts].map(([name, text]) => `  ${JSON.stringify(name)}: ${JSON.stringify(text)},\n`);
  let table = readText(TABLE);
  for (const [name, text] of texts) {
    const sha256 = createHash("sha256").update(text).digest("hex");
    const row = new RegExp(`("${name.replace(".", "\\.")}": \\{ os: "\\w+", sha256: ")[0-9a-f]{64}(" \\})`);
    if (!row.test(table)) throw new Error(`${TABLE} has no row for ${name}`);
    table = table.replace(row, `$1${sha256}$2`);
  }
  return {
    "engine/azure/generated/guest-scripts.js": `// Made by scripts/generate.mjs from engine/azure/guest. Do not edit.\nexport const guestScripts = {\n${rows.join("")}};\n`,
    [TABLE]: table,
  };
}

/** Every way to a VM leaves these bytes alone: printable ASCII, LF, one newline at the end; on Windows no backslash. */
function requirePlain(name, text) {
  if (!/^[\n -~]*[!-~]\n$/.test(text))
    throw new Error(`${name} must be printable ASCII with LF and one newline at its end`);
  if (name.endsWith(".ps1") && text.includes("\\")) throw new Error(`${name} must hold no backslash`);
  return text;
}
