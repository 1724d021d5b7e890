// Packs the package, installs it into an empty folder as a user would, and runs it from another one. Needs the registry.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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
  // A package of step types, as docs/writing-a-step.md shows them, installed beside the command.
  const page = readFileSync("docs/writing-a-step.md", "utf8");
  const block = (language) => new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, "m").exec(page)[1];
  const steps = join(folder, "my-azure-steps");
  mkdirSync(steps);
  const manifest = { name: "my-azure-steps", version: "1.0.0", type: "module", exports: "./index.js" };
  writeFileSync(join(steps, "package.json"), JSON.stringify(manifest));
  writeFileSync(join(steps, "index.js"), block("js"));
  run(steps, "npm", "pack", "--silent", "--pack-destination", folder);
  run(home, "npm", "install", "--no-audit", "--no-fund", join("..", "my-azure-steps-1.0.0.tgz"));
  writeFileSync(join(home, "routes.yaml"), block("yaml").replace("./route-table.mjs", "my-azure-steps"));
  run(home, runbook, "check", "routes.yaml");
  const { table } = JSON.parse(run(home, runbook, "run", "routes.yaml"));
  if (!table.endsWith("/routeTables/through-firewall")) throw new Error(`the route table is ${table}`);
  process.stdout.write(
    `${tarball}: installed, ran the tutorial in another folder, and found nothing left to do;\n  ran a step type of another package\n`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
