// Writes the SHA-256 of the guest scripts into the emulator's table; with --check, only says whether it is right.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const table = join(root, "engine/emulator/guest/known-scripts.ts");
const before = readFileSync(table, "utf8");
let after = before;
for (const name of ["guest.sh", "guest.ps1"]) {
  const text = readFileSync(join(root, "engine/azure/guest", name), "utf8");
  const normal = `${text.replaceAll("\r\n", "\n").replace(/\n+$/, "")}\n`;
  const sha256 = createHash("sha256").update(normal).digest("hex");
  const row = new RegExp(`("${name.replace(".", "\\.")}": \\{ os: "\\w+", sha256: ")[0-9a-f]{64}(" \\})`);
  if (!row.test(after)) throw new Error(`${table} has no row for ${name}`);
  after = after.replace(row, `$1${sha256}$2`);
}
if (process.argv.includes("--check")) {
  if (after !== before) {
    process.stderr.write("the emulator's table of guest scripts is old: run node scripts/guest-hashes.mjs\n");
    process.exitCode = 1;
  }
} else if (after !== before) writeFileSync(table, after);
