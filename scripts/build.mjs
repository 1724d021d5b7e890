// Builds dist/: compiles with tsc, copies generated JavaScript that tsc leaves alone, and makes the command executable.
// `build.mjs engine` leaves the tests out: that is what an installation needs.
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, readdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { vendorPackages } from "./vendor.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
rmSync(join(root, "dist"), { recursive: true, force: true });
const project = process.argv[2] === "engine" ? "tsconfig.engine.json" : "tsconfig.json";
const tsc = spawnSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "--project", project], {
  cwd: root,
  stdio: "inherit",
});
if (tsc.status !== 0) process.exit(tsc.status ?? 1);

for (const layer of readdirSync(join(root, "engine"), { withFileTypes: true })) {
  const generated = join("engine", layer.name, "generated");
  if (layer.isDirectory() && existsSync(join(root, generated))) {
    cpSync(join(root, generated), join(root, "dist", generated), { recursive: true });
  }
}
const bin = join(root, "dist/engine/cli/bin.js");
if (existsSync(bin)) chmodSync(bin, 0o755);
await vendorPackages();
