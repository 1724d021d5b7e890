// What can only be seen of the command as a process: signals, pipes, its arguments, what it loads.

import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { promisify } from "node:util";
import { expect } from "chai";
import { Rig } from "../support/rig.ts";
import { type SpawnedCli, spawnCli } from "../support/spawn-cli.ts";

// Made anew, so that nobody else on this machine has them in a process list.
const PASSWORD = `Pl4nted-${randomUUID()}`;
const CLIENT_SECRET = `pl4nted-${randomUUID()}`;
/** The lines of a process and all that it started, of `ps -eo pid=,ppid=,args=`: others on this machine have tokens of their own. */
function ofFamily(list: string, root: number): string {
  const rows = list.split("\n").map((line) => ({ line, ids: line.trim().split(/ +/, 2).map(Number) }));
  const family = new Set([root]);
  for (let known = 0; known < family.size;) {
    known = family.size;
    for (const { ids } of rows) if (family.has(ids[1]!)) family.add(ids[0]!);
  }
  return rows.flatMap(({ line, ids }) => (family.has(ids[0]!) ? [line] : [])).join("\n");
}

/** What every signed token begins with, and what follows its first dot. */
const TOKEN = /eyJ[\w-]{10,}\.eyJ/;

describe("the command as a process", function () {
  // A loaded machine takes its time to start one.
  this.timeout(60_000);

  /** Resolves when something that matches has been written to standard error. */
  const told = async ({ process: child }: SpawnedCli, what: RegExp): Promise<void> => {
    let text = "";
    while (!what.test(text)) {
      const [chunk] = (await once(child.stderr, "data")) as [Buffer];
      text += chunk.toString();
    }
  };

  it("leaves no secret anywhere: not in what it writes, its files or the list of processes", async () => {
    await using rig = await Rig.open();
    const env = {
      RUNBOOK_INPUT_ADMIN_PASSWORD: PASSWORD,
      AZURE_CLIENT_SECRET: CLIENT_SECRET,
      // Temporary files are looked at as well.
      TMPDIR: rig.directory,
    };
    const cli = spawnCli(rig.directory, ["run"], env);
    const lists: string[] = [];
    const looking = (async () => {
      while (cli.process.exitCode === null) {
        const { stdout } = await promisify(execFile)("ps", ["-ww", "-eo", "pid=,ppid=,args="]);
        lists.push(ofFamily(stdout, cli.process.pid!));
      }
    })();
    const { code, stdout, stderr } = await cli.ended;
    await looking;
    expect(code).equal(0);
    expect(lists.some((list) => list.includes("bin.js run"))).equal(true);
    const files = await rig.files();
    const names = [...files.keys()].map((path) => path.slice(path.lastIndexOf("/") + 1));
    expect(names).include.members(["journal.jsonl", "state.json", "requests.jsonl"]);
    const places: readonly (readonly [where: string, text: string])[] = [
      ["stdout", stdout],
      ["stderr", stderr],
      ["ps", lists.join("\n")],
      ...files,
    ];
    for (const [where, text] of places) {
      expect(text.includes(PASSWORD), `the password in ${where}`).equal(false);
      expect(text.includes(CLIENT_SECRET), `the client secret in ${where}`).equal(false);
      expect(TOKEN.test(text), `a token in ${where}`).equal(false);
    }
  });

  it("does not repeat a password that Azure's answer would echo", async () => {
    // The name of the group is refused, and the refusal names it.
    const text = `version: 1
name: echo
inputs: { name: { type: string }, adminPassword: { type: string, secret: true } }
steps:
  - id: vm
    uses: create-vm
    with:
      resourceGroup: \${{ inputs.name }}
      name: vm
      location: eastus
      image: Ubuntu2204
      adminUsername: azureuser
      adminPassword: \${{ inputs.adminPassword }}
`;
    await using rig = await Rig.open({ "a.yaml": text });
    const env = { RUNBOOK_INPUT_ADMIN_PASSWORD: PASSWORD };
    const { code, stderr } = await spawnCli(rig.directory, ["run", "a.yaml", "-i", `name=${PASSWORD}`], env).ended;
    expect(code).equal(1);
    expect(stderr).include("(secret)").and.include("[ResourceGroupNotFound]").and.not.include(PASSWORD);
    for (const [path, content] of await rig.files()) {
      if (path.endsWith("journal.jsonl")) expect(content).include("ResourceGroupNotFound");
    }
  });

  it("goes on when whoever read its output has gone", async () => {
    await using rig = await Rig.open();
    const cli = spawnCli(rig.directory, ["run", "linux-vm-system-assigned-identity", "--json"]);
    cli.process.stdout.destroy();
    const code = await new Promise((resolve) => cli.process.once("exit", resolve));
    expect(code).equal(0);
    const journal = [...(await rig.files())].find(([path]) => path.endsWith("journal.jsonl"))?.[1];
    expect(journal).include('"run-finished","status":"done"');
  });

  it("writes all it has to say into a pipe before it ends", async () => {
    await using rig = await Rig.open();
    const { code, stdout } = await spawnCli(rig.directory, ["schema"]).ended;
    expect(code).equal(0);
    expect(JSON.parse(stdout)).include({ title: "runbook" });
  });

  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    it(`takes ${signal} as the first Ctrl-C`, async () => {
      await using rig = await Rig.open();
      const cli = spawnCli(rig.directory, ["run", "--latency", "real"]);
      await told(cli, /^vm: started$/m);
      cli.process.kill(signal);
      const { code, stderr } = await cli.ended;
      expect(code).equal(130);
      expect(stderr)
        .match(/^stopping: /m)
        .and.match(/^interrupted: 7 steps/m);
    });
  }

  it("ends at once at the second", async () => {
    await using rig = await Rig.open();
    const cli = spawnCli(rig.directory, ["run", "--latency", "real"]);
    await told(cli, /^vm: started$/m);
    cli.process.kill("SIGINT");
    cli.process.kill("SIGTERM");
    const { code, stderr } = await cli.ended;
    expect(code).equal(130);
    expect(stderr).not.match(/^interrupted: /m);
  });

  it("loads no Azure SDK, no emulator and no prompt for what needs none", async () => {
    await using rig = await Rig.open();
    const hook = `import { writeSync } from "node:fs";
      export async function load(url, context, next) { writeSync(2, "loaded " + url + "\\n"); return next(url, context); }`;
    // Chunks of the bundle are scripts, and only packages are modules.
    const start = `import { writeSync } from "node:fs";
      import { createRequire, register } from "node:module";
      register("data:text/javascript," + encodeURIComponent(${JSON.stringify(hook)}));
      const { cache } = createRequire("/any.js");
      process.on("exit", () => Object.keys(cache).forEach((file) => writeSync(2, "loaded " + file + "\\n")));`;
    const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(start)}` };
    for (const argv of [["--help"], ["check"], ["graph"], ["schema"]]) {
      const { code, stderr } = await spawnCli(rig.directory, argv, env).ended;
      expect(code).equal(0);
      expect(stderr)
        .include("loaded ")
        .and.match(/\/bundle\/cli\/core-/);
      expect(stderr).not.match(/@azure|azure-clients|azure-emulator|running|@clack/);
    }
    const { stderr } = await spawnCli(rig.directory, ["run"], env).ended;
    expect(stderr)
      .match(/\/bundle\/cli\/azure-clients-/)
      .and.not.match(/node_modules\/(?:@azure|@clack|yaml|ajv)/);
  });
});
