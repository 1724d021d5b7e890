// The packed package, unpacked beside the checkout's own dependencies: every file that it needs is in it.
// `npm run try-package` installs it for real, which takes the registry.

import { execFile } from "node:child_process";
import { mkdir, rename, symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { CONSUMER, CONSUMER_SAYS } from "./support/package-consumer.ts";
import { readProjectFile } from "./support/project.ts";
import { Rig } from "./support/rig.ts";
import { spawnCli } from "./support/spawn-cli.ts";

const blocksOf = (page: string, language: string): readonly string[] =>
  Array.from(
    readProjectFile(page).matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, "gm")),
    ([, text]) => text!,
  );

/** The snippets of docs/library.md among what they take for granted. */
const pageProgram = (onAzure: string, ownSteps: string): string => `import {
  builtinSteps, CLOUDS, openAzureTarget, type Plan, planRun, resolveInputs, type Runbook, type StepDefinition,
  type StepRegistry, systemClock,
} from "azure-runbook";

export async function planOnAzure(runbook: Runbook, subscriptionId: string): Promise<Plan> {
  const registry = builtinSteps;
  const { values: inputs } = resolveInputs(runbook, new Map());
  ${onAzure}
  return plan;
}

export function registryWith(routeTable: StepDefinition): StepRegistry {
  ${ownSteps}
  return registry;
}
`;

const execute = promisify(execFile);

describe("the packed package", function () {
  this.timeout(60_000);
  let rig: Rig;
  let bin: string;
  const files = new Set<string>();

  before(async () => {
    rig = await Rig.open();
    // Without its scripts: they would build the folder that these tests run from.
    const argv = ["pack", "--ignore-scripts", "--json", "--pack-destination", rig.directory];
    const { stdout } = await execute("npm", argv);
    const [packed] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }];
    for (const { path } of packed.files) files.add(path);
    await execute("tar", ["-xzf", join(rig.directory, packed.filename), "-C", rig.directory]);
    // Dependencies as npm would install them: the package beside the others.
    const modules = join(rig.directory, "node_modules");
    await mkdir(modules);
    await rename(join(rig.directory, "package"), join(modules, "azure-runbook"));
    for (const name of ["@azure", "@types", "typescript", "undici-types"]) {
      await symlink(resolve("node_modules", name), join(modules, name));
    }
    await symlink(resolve("node_modules"), join(modules, "azure-runbook", "node_modules"));
    bin = join(modules, "azure-runbook", "dist/bundle/cli/bin.js");
  });
  after(() => rig[Symbol.asyncDispose]());

  it("carries runbooks, schemas and types, and nothing of the tests or the sources", () => {
    for (const path of [
      "dist/engine/index.d.ts",
      "schemas/runbook.schema.json",
      "LICENSE",
      "README.md",
      "CHANGELOG.md",
    ]) {
      expect(files).include(path);
    }
    expect([...files].filter((path) => path.startsWith("runbooks/"))).length.above(1);
    const strange = [...files].filter((path) => /(^|\/)test\/|\.map$|(?<!\.d)\.ts$|tsbuildinfo/.test(path));
    expect(strange).eql([]);
  });

  it("runs from any directory", async () => {
    await mkdir(join(rig.directory, "elsewhere"));
    const { code, stdout, stderr } = await spawnCli(join(rig.directory, "elsewhere"), ["run"], {}, bin).ended;
    expect(stderr).include("done: 7 steps in");
    expect(stdout).include('"name": "myResourceGroupVM"').and.include('"provisioningState": "Succeeded"');
    expect(code).equal(0);
  });

  it("is a library with types, in which the examples of its page compile", async () => {
    await writeFile(join(rig.directory, "package.json"), '{ "type": "module", "private": true }');
    await writeFile(join(rig.directory, "use.ts"), CONSUMER);
    const [onAzure = "", ownSteps = "", ...others] = blocksOf("docs/library.md", "ts");
    expect(others).eql([]);
    await writeFile(join(rig.directory, "page.ts"), pageProgram(onAzure, ownSteps));
    const tsc = resolve("node_modules/typescript/bin/tsc");
    const options = ["--strict", "--module", "nodenext", "--target", "es2023", "--types", "node", "use.ts", "page.ts"];
    await execute(process.execPath, [tsc, ...options], { cwd: rig.directory }).catch((thrown: { stdout: string }) => {
      throw new Error(thrown.stdout);
    });
    const { stdout } = await execute(process.execPath, ["use.js"], { cwd: rig.directory });
    expect(stdout).equal(CONSUMER_SAYS);
  });

  it("takes a package of step types that is written as its page says", async () => {
    const [extension = ""] = blocksOf("docs/writing-a-step.md", "js");
    const [runbook = ""] = blocksOf("docs/writing-a-step.md", "yaml");
    const manifest = { name: "my-azure-steps", version: "1.0.0", type: "module", exports: "./index.js" };
    await rig.write("node_modules/my-azure-steps/package.json", JSON.stringify(manifest));
    await rig.write("node_modules/my-azure-steps/index.js", extension);
    await rig.write("routes.yaml", runbook.replace("./route-table.mjs", "my-azure-steps"));
    const checked = await spawnCli(rig.directory, ["check", "routes.yaml"], {}, bin).ended;
    expect(checked).eql({ code: 0, stdout: "", stderr: "1 runbook checked: no problems\n" });
    const ran = await spawnCli(rig.directory, ["run", "routes.yaml", "--quiet"], {}, bin).ended;
    expect(ran.stderr).equal("");
    expect(ran.stdout).match(/\/routeTables\/through-firewall"\n\}\n$/);
  });
});
