// Packs the package, installs it into an empty folder as a user would, and runs it from another one. Needs the registry.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const folder = mkdtempSync(join(tmpdir(), "runbook-package-"));
const run = (cwd, command, ...argv) =>
  execFileSync(command, argv, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
try {
  run(process.cwd(), "npm", "pack", "--ignore-scripts", "--silent", "--pack-destination", folder);
  const [tarball] = readdirSync(folder);
  const home = join(folder, "home");
  const elsewhere = join(folder, "elsewhere");
  for (const path of [home, elsewhere]) mkdirSync(path);
  writeFileSync(join(home, "package.json"), '{ "private": true }');
  run(home, "npm", "install", "--no-audit", "--no-fund", join("..", tarball));
  const runbook = join(home, "node_modules", ".bin", "runbook");
  const { resourceGroup } = JSON.parse(run(elsewhere, runbook, "run"));
  const found = [resourceGroup.name, resourceGroup.location, resourceGroup.properties.provisioningState].join();
  if (found !== "myResourceGroupVM,eastus,Succeeded") throw new Error(`the tutorial ended with ${found}`);
  if (!run(elsewhere, runbook, "plan").includes("No changes:")) throw new Error("a plan after the run found changes");
  process.stdout.write(`${tarball}: installed, ran the tutorial in another folder, and found nothing left to do\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
