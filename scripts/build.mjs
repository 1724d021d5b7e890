// Builds dist/: compiles with tsc, copies generated JavaScript that tsc leaves alone, and bundles what the command loads.
// `build.mjs engine` is what an installation needs: without the tests, and without the check of types, which takes half of the time
// and says nothing new of a commit that has been checked.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundle } from "./bundle.mjs";
import { importVendored, vendorPackages } from "./vendor.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
rmSync(join(root, "dist"), { recursive: true, force: true });
const options =
  process.argv[2] === "engine" ? ["--project", "tsconfig.engine.json", "--noCheck"] : ["--project", "tsconfig.json"];
const tsc = spawn(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), ...options], {
  cwd: root,
  stdio: "inherit",
});
const [[status]] = await Promise.all([once(tsc, "exit"), vendorPackages()]);
if (status !== 0) process.exit(status ?? 1);

for (const layer of readdirSync(join(root, "engine"), { withFileTypes: true })) {
  const generated = join("engine", layer.name, "generated");
  if (layer.isDirectory() && existsSync(join(root, generated))) {
    cpSync(join(root, generated), join(root, "dist", generated), { recursive: true });
  }
}
importVendored();
await bundle();
