// Runs exported scripts with Debian's `az` on an emulator, and compares what they leave with what the runbook leaves.
// Takes minutes, as each `az` does; `npm run az` runs it, and says so where there is no `az`.

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { worldState } from "../support/world.ts";

const BIN = fileURLToPath(new URL("../../bundle/cli/bin.js", import.meta.url));
const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const PASSWORD = String.raw`Pl4nted"can\ary$(x)`;

/** A runbook, and where its script must come to the same. */
const RUNBOOKS = [
  "runbooks/windows-vm-user-assigned-identity.yaml",
  "runbooks/linux-fleet.yaml",
  "test/exports/odd.yaml",
];

function runbook(argv: readonly string[], cwd: string, env: Readonly<Record<string, string>> = {}): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...argv], {
    cwd,
    env: { PATH: process.env["PATH"], HOME: cwd, ...env },
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`runbook ${argv.join(" ")} ended with ${status}\n${stdout}${stderr}`);
  return stdout;
}

/** Starts `runbook emulator` in a folder; gives the function that stops it. */
async function serve(cwd: string): Promise<() => Promise<void>> {
  const child = spawn(process.execPath, [BIN, "emulator", "--json"], { cwd, stdio: ["ignore", "pipe", "inherit"] });
  for await (const line of createInterface(child.stdout)) if (line.includes('"emulator-started"')) break;
  return async () => {
    child.kill("SIGINT");
    if (child.exitCode === null) await once(child, "exit");
  };
}

function shell(script: string, cwd: string, env: Readonly<Record<string, string>>): void {
  const { status, stdout, stderr } = spawnSync("bash", ["-c", script], {
    cwd,
    env: { PATH: process.env["PATH"], HOME: cwd, AZURE_CORE_COLLECT_TELEMETRY: "false", ...env },
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`it ended with ${status}\n${stdout}${stderr}`);
  if (stdout.includes(PASSWORD) || stderr.includes(PASSWORD)) throw new Error("it showed the password");
}

const SIGN_IN = `set -eu
. .runbook/emulator/env.sh
az cloud register -n emulator --cloud-config @.runbook/emulator/az-cloud.json
az cloud set -n emulator --profile 2020-09-01-hybrid
az login --service-principal -u "$AZURE_CLIENT_ID" -p "$AZURE_CLIENT_SECRET" -t "$AZURE_TENANT_ID"
`;

/** A script makes the items of a step in the order of their names, and the parts of a resource, which have names, have no order. */
function stateIn(directory: string): string {
  return JSON.stringify(JSON.parse(worldState(directory)), (_key, value: unknown) => {
    if (!Array.isArray(value) || !value.every(hasName)) return value;
    return value.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  });
}

const hasName = (one: unknown): one is { readonly name: string } =>
  typeof one === "object" && one !== null && "name" in one && typeof one.name === "string";

async function compare(file: string): Promise<string> {
  const here = await mkdtemp(join(tmpdir(), "runbook-az-"));
  const there = await mkdtemp(join(tmpdir(), "runbook-az-"));
  try {
    const path = join(ROOT, file);
    const secret = { RUNBOOK_INPUT_ADMIN_PASSWORD: PASSWORD, RUNBOOK_INPUT_PASSWORD: PASSWORD };
    runbook(["run", path, "--quiet"], here, secret);
    await writeFile(join(there, "script.sh"), runbook(["export", path, "--to", "az"], there, secret));
    const stop = await serve(there);
    try {
      shell(SIGN_IN, there, {});
      shell(". .runbook/emulator/env.sh; bash script.sh", there, secret);
      const first = worldState(join(there, ".runbook/emulator"));
      shell(". .runbook/emulator/env.sh; bash script.sh", there, secret);
      if (worldState(join(there, ".runbook/emulator")) !== first) throw new Error("the second time changed something");
    } finally {
      await stop();
    }
    const wanted = stateIn(join(here, ".runbook/emulator"));
    const found = stateIn(join(there, ".runbook/emulator"));
    if (found !== wanted) throw new Error(`${file} leaves\n${wanted}\nand its script\n${found}`);
    const kept = await readFile(join(there, "script.sh"), "utf8");
    if (kept.includes(PASSWORD)) throw new Error("the script holds the password");
    return `${file}: its script leaves the emulator as it does`;
  } finally {
    await rm(here, { recursive: true, force: true });
    await rm(there, { recursive: true, force: true });
  }
}

if (spawnSync("az", ["--help"]).error !== undefined) process.stdout.write("no az: its tests are skipped\n");
else {
  const asked = process.argv.slice(2);
  let failed = 0;
  for (const file of asked.length > 0 ? asked : RUNBOOKS) {
    try {
      process.stdout.write(`${await compare(file)}\n`);
    } catch (thrown) {
      failed++;
      process.stdout.write(`FAILED: ${file}: ${(thrown as Error).message}\n`);
    }
  }
  process.exitCode = failed > 0 ? 1 : 0;
}
