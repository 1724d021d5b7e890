import { readFile } from "node:fs/promises";
import { expect } from "chai";
import type { RunEvent } from "../../engine/run/events.ts";
import { type CliOptions, type Ended, Rig, timeless } from "../support/rig.ts";

const TUTORIAL = await readFile("runbooks/windows-vm-user-assigned-identity.yaml", "utf8");
const GUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** The part of what was told that begins with the row of the first step, without the retries, of which no run has the same. */
function summaryOf({ stderr }: Ended): readonly string[] {
  const rows = timeless(stderr.slice(stderr.search(/^[✓✗–]/m))).split("\n");
  return rows.map((row) => row.replace(/(?:, |; )\d+ (?:retry|retries)\b.*$/, ""));
}

function eventsOf({ stdout }: Ended): readonly (RunEvent & { readonly step?: string })[] {
  const [, ...lines] = stdout.trim().split("\n");
  return lines.map((line) => JSON.parse(line) as RunEvent);
}

describe("runbook run", () => {
  it("runs the tutorial, tells what it did, and ends with the group", async () => {
    await using rig = await Rig.open();
    const ended = await rig.cli(["run"]);
    expect(summaryOf(ended)).eql([
      "✓ group       0.0 s  created",
      "✓ vm          0.0 s  created",
      "✓ identity    0.0 s  created",
      "✓ assign      0.0 s  updated",
      "✓ grant       0.0 s  created",
      "✓ token       0.0 s  no change, asked inside the VM",
      "✓ read        0.0 s  no change, asked inside the VM",
      "",
      "done: 7 steps in 0.0 s: 4 created, 1 updated, 2 unchanged",
      "journal: .runbook/runs/<run>/journal.jsonl",
      "next:",
      "  runbook run",
      "    finds everything as it should be, and changes nothing",
      "  runbook report <run>",
      "    tells what happened",
      "  runbook destroy <run>",
      "    takes away what this run made",
      "",
      "",
    ]);
    expect(ended.stderr).match(
      /^! 1 grants a role\n! 1 gives a VM an identity\n8 to create, 1 to update, 2 requests inside a VM\n11 requests change something; nothing else will be sent\.\nwindows-vm-user-assigned-identity on emulator \(\.runbook\/emulator\)\ngroup: started\n/,
    );
    expect(ended.stdout.replaceAll(GUID, "<guid>")).equal(
      `${JSON.stringify(
        {
          resourceGroup: {
            id: "/subscriptions/<guid>/resourceGroups/myResourceGroupVM",
            name: "myResourceGroupVM",
            type: "Microsoft.Resources/resourceGroups",
            location: "eastus",
            properties: { provisioningState: "Succeeded" },
          },
        },
        null,
        2,
      )}\n`,
    );
    expect(ended.code).equal(0);
  });

  it("changes nothing the second time, and sends no write but the requests inside the VM", async () => {
    await using rig = await Rig.open();
    const log = ".runbook/emulator/requests.jsonl";
    await rig.cli(["run"]);
    const before = await rig.read(log);
    const again = await rig.cli(["run"]);
    const steps = summaryOf(again).filter((line) => line.startsWith("✓"));
    expect(steps).length(7);
    for (const row of steps) expect(row).include("no change");
    expect(again.stderr).include("7 unchanged").and.not.include("destroy");
    const sent = (await rig.read(log)).slice(before.length).trim().split("\n");
    const writes = sent
      .map((line) => JSON.parse(line) as { method: string; path: string; door: string })
      .filter(({ method, path }) => method !== "GET" && !path.endsWith("/oauth2/v2.0/token"));
    expect(writes).not.eql([]);
    for (const { path } of writes) expect(path).match(/\/virtualMachines\/myVM\/runCommands?(\/|$)/i);
  });

  it("fails without the grant in Azure's own words, at the step's place, and says what to do", async () => {
    await using rig = await Rig.open({
      "a.yaml": TUTORIAL.replace(/ {2}- id: grant\n[^]*?\n\n/, "").replace("    needs: [grant]\n", ""),
    });
    const ended = await rig.cli(["run", "a.yaml"]);
    expect([ended.code, ended.stdout]).eql([1, ""]);
    const told = summaryOf(ended).map((line) => line.replaceAll(GUID, "<guid>"));
    expect(told.slice(5, 14)).eql([
      "✗ read        0.0 s  failed (AuthorizationFailed)",
      "",
      `a.yaml:59:9: error: step "read" failed: The client '<guid>' with object id '<guid>' does not have authorization to perform action 'Microsoft.Resources/subscriptions/resourceGroups/read' over scope '/subscriptions/<guid>/resourceGroups/myResourceGroupVM' or the scope is invalid. If access was recently granted, please refresh your credentials. [AuthorizationFailed]`,
      "   |",
      "59 |   - id: read",
      "   |         ~~~~",
      "hint: grant the identity a role at this scope with `grant-role`, and let this step need that one",
      "request id: <guid>",
      "",
    ]);
    expect(told[14]).equal("failed: 6 steps in 0.0 s: 3 created, 1 updated, 1 unchanged, 1 failed");
    expect(told.slice(16, 19)).eql([
      "next:",
      "  runbook resume <run>",
      "    goes on where it stopped, once the right is granted",
    ]);
  });

  it("lets the rest end when a step fails, and skips what depends on it", async () => {
    await using rig = await Rig.open({
      "a.yaml": `version: 1
name: half
steps:
  - { id: bad, uses: create-uami, with: { resourceGroup: nowhere, name: ID1, location: eastus } }
  - { id: after, uses: create-rg, needs: [bad], with: { name: never, location: eastus } }
  - { id: never, uses: create-rg, needs: [after], if: false, with: { name: never, location: eastus } }
  - { id: off, uses: create-rg, if: false, with: { name: never, location: eastus } }
  - { id: good, uses: create-rg, with: { name: good, location: eastus } }
`,
    });
    const ended = await rig.cli(["run", "a.yaml"]);
    expect(summaryOf(ended).slice(0, 5)).eql([
      "✗ bad      0.0 s  failed (ResourceGroupNotFound)",
      '– after           skipped, it depends on "bad"',
      '– never           skipped, it depends on "after"',
      "– off             skipped, its `if` is false",
      "✓ good     0.0 s  created",
    ]);
    expect(ended.code).equal(1);
  });

  it("tells where the outputs could not be made", async () => {
    await using rig = await Rig.open({
      "a.yaml": `version: 1
name: a
inputs: { map: { type: object, default: {} } }
steps:
  - { id: group, uses: create-rg, with: { name: a, location: eastus } }
outputs:
  first: \${{ inputs.map.a < 5 }}
`,
    });
    const { code, stderr, stdout } = await rig.cli(["run", "a.yaml", "--quiet"]);
    expect([code, stdout]).eql([1, ""]);
    expect(stderr).match(/^a\.yaml:7:\d+: error: the outputs failed: .*\[step-failed\]\n {2}\|\n7 \| {3}first: /);
  });

  it("tells events to programs, a line each, and nothing else", async () => {
    await using rig = await Rig.open();
    const ended = await rig.cli(["run", "linux-vm-system-assigned-identity", "--json"]);
    expect([ended.code, ended.stderr]).eql([0, ""]);
    const header = JSON.parse(ended.stdout.split("\n")[0] ?? "") as Record<string, unknown>;
    expect(header).deep.include({ type: "stream-started", format: "runbook.events", version: 1 });
    expect(await rig.read(`.runbook/runs/${String(header["run"])}/journal.jsonl`)).not.equal("");
    const events = eventsOf(ended);
    expect(events[0]).deep.include({ type: "run-started", runbook: "linux-vm-system-assigned-identity" });
    expect(events.at(-1)).deep.include({ type: "run-finished", status: "done" });
    expect(events.at(-1)).nested.include({ "outputs.name": "linuxVM", "outputs.location": "westeurope" });
    expect(events.filter(({ type }) => type === "step-finished")).length(5);
  });

  it("tells outputs alone when it is to be quiet, and paints nothing", async () => {
    await using rig = await Rig.open();
    const { code, stdout, stderr } = await rig.cli(["run", "linux-vm-system-assigned-identity", "-q"], { columns: 80 });
    expect([code, stderr]).eql([0, ""]);
    expect(JSON.parse(stdout)).include({ name: "linuxVM" });
  });

  it("runs one step at a time when it is told to", async () => {
    await using rig = await Rig.open();
    let running = 0;
    for (const event of eventsOf(await rig.cli(["run", "--json", "--concurrency", "1"]))) {
      if (event.type === "step-started") running++;
      if (event.type === "step-finished") running--;
      expect(running).within(0, 1);
    }
  });

  it("leaves rows and no block on a terminal", async () => {
    await using rig = await Rig.open();
    const { stderr, stdout } = await rig.cli(["run"], { columns: 80, env: { NO_COLOR: "1" } });
    const left = stderr.slice(stderr.lastIndexOf("\u001b[J") + 3);
    expect(left).match(/^((✓ |windows-vm).*\n)*\ndone: 7 steps in /);
    expect(left).not.include("\u001b");
    expect(stdout).include('"provisioningState": "Succeeded"');
  });
});

describe("Ctrl-C", () => {
  const interrupted = async (rig: Rig, times: number): Promise<Ended> => {
    const options: CliOptions = {
      onListening: (interrupt) => {
        for (let time = 0; time < times; time++) interrupt();
      },
    };
    return rig.cli(["run"], options);
  };
  it("starts nothing more, lets what is in flight be recorded, and says how to go on", async () => {
    await using rig = await Rig.open();
    const { code, stderr, stdout } = await interrupted(rig, 1);
    expect([code, stdout]).eql([130, ""]);
    expect(stderr).include("stopping: nothing more is started").and.include("\ninterrupted: 7 steps in ");
    expect(timeless(stderr)).include("\n– vm                 not started\n");
    const resume = /^ {2}runbook (resume \S+)$/m.exec(stderr)?.[1];
    const resumed = await rig.cli(resume?.split(" ") ?? []);
    expect(resumed.code).equal(0);
    expect(resumed.stdout).include("myResourceGroupVM");
  });
  it("ends at once the second time", async () => {
    await using rig = await Rig.open();
    const { code, stderr } = await interrupted(rig, 2);
    expect(code).equal(130);
    expect(stderr).not.include("interrupted: ");
  });
});
