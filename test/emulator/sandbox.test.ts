import { expect } from "chai";
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Sandbox } from "../../engine/emulator/sandbox/bubblewrap.ts";
import { GuestSandbox } from "../../engine/emulator/sandbox/guest-sandbox.ts";
import { NoSandbox } from "../../engine/emulator/sandbox/programs.ts";
import { findScope } from "../../engine/emulator/sandbox/scope.ts";
import { AzureCalls } from "../support/azure-calls.ts";
import { nicBody, openWorld, ubuntuImage, vmBody, type World } from "../support/azure-world.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

function sandboxOrReason(): GuestSandbox | string {
  try {
    return new GuestSandbox({ timeMs: 30_000, memoryBytes: 256 * 1024 * 1024, processes: 40 });
  } catch (thrown) {
    if (thrown instanceof NoSandbox) return thrown.message;
    throw thrown;
  }
}

describe("a Linux guest's script", () => {
  let azure: AzureCalls;
  let world: World;
  let vm: string;
  const guest = sandboxOrReason();

  /** A folder for temporary files of this test alone. */
  const place = mkdtempSync(join(tmpdir(), "sandbox-test-"));
  const temporary = process.env["TMPDIR"];

  before(async function () {
    process.env["TMPDIR"] = place;
    if (typeof guest === "string") {
      process.stderr.write(`    SKIPPED, because nothing may run without a sandbox: ${guest}\n`);
      return this.skip();
    }
    azure = await new AzureCalls({ now: Date.now, guest }).signIn();
    world = await openWorld(azure);
    await settled();
    const nic = world.network("networkInterfaces", "nic");
    await azure.put(nic, nicBody(world));
    await settled();
    vm = world.compute("virtualMachines", "lin");
    await azure.put(vm, {
      ...vmBody(nic),
      properties: {
        ...vmBody(nic).properties,
        storageProfile: { imageReference: ubuntuImage, osDisk: { createOption: "FromImage" } },
      },
    });
    await settled();
    await azure.put(world.identity("ida"), { location: "eastus" });
    await azure.patch(vm, {
      identity: { type: "UserAssigned", userAssignedIdentities: { [world.identity("ida")]: {} } },
    });
    await settled();
  });
  after(() => {
    if (typeof guest !== "string") guest.close();
    if (temporary === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = temporary;
    rmSync(place, { recursive: true, force: true });
  });

  /** The sandbox runs in real time, so the emulator does as well; its latencies are below half a second. */
  const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 500));

  async function run(script: string, parameters: Record<string, string> = {}): Promise<{ out: string; err: string }> {
    const { status, headers } = await azure.send("POST", `${vm}/runCommand`, {
      body: {
        commandId: "RunShellScript",
        script: script.split("\n"),
        parameters: Object.entries(parameters).map(([name, value]) => ({ name, value })),
      },
    });
    expect(status).equal(202);
    const url = new URL(headers["azure-asyncoperation"] ?? "");
    for (;;) {
      const { body } = await azure.send("GET", `${url.pathname}${url.search}`);
      if (body.status === "InProgress") {
        await new Promise((resolve) => setTimeout(resolve, 20));
        continue;
      }
      if (body.status === "Failed") {
        expect(body).not.have.property("properties");
        return { out: "", err: body.error.message as string };
      }
      const [, out = "", err = ""] =
        /^Enable succeeded: \n\[stdout\]\n([\s\S]*)\n\[stderr\]\n([\s\S]*)$/.exec(
          body.properties.output.value[0].message as string,
        ) ?? [];
      return { out, err };
    }
  }

  it("gets its parameters by name and by place, and its two streams back", async () => {
    const { out, err } = await run('echo "$name and $2"; echo trouble >&2; exit 3', { name: "first", other: "second" });
    expect([out, err]).eql(["first and second\n", "trouble\n"]);
  });
  it("runs in what its first line names", async () => {
    expect((await run("#!/usr/bin/perl -w\nprint 6 * 7;")).out).equal("42");
  });
  it("sees a system that it cannot change, and nothing of the user", async () => {
    const { out } = await run(
      [
        "for file in /usr/x /etc/x /x /dev/x; do touch $file 2>/dev/null && echo $file; done",
        "ls -A /root /home /opt /srv /mnt /work /var/log 2>/dev/null",
        "wc -l < /etc/passwd; cat /etc/shadow 2>/dev/null; hostname; echo $HOME",
        "touch ~/mine && ls ~; grep -c '^Cap.*:.*[1-9a-f]' /proc/self/status",
      ].join("\n"),
    );
    expect(out).equal("/home:\n\n/root:\n1\nlin\n/root\nmine\n0\n");
  });
  it("reaches its own metadata service and Resource Manager with the token, and nothing else", async () => {
    const script = [
      'token=$(curl -sS -H Metadata:true "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://management.azure.com/" | sed \'s/.*"access_token":"//; s/".*//\')',
      `curl -sS -H "Authorization: Bearer $token" "https://management.azure.com${world.group}?api-version=2021-04-01" | sed 's/,"message.*//'`,
      "echo",
      "curl -sS -m 2 http://1.1.1.1/ 2>&1 | cut -c1-30; curl -sS -m 2 https://example.com/ 2>&1 | cut -c1-32",
    ].join("\n");
    // Nobody granted the identity anything, and that is what it is told.
    expect((await run(script)).out).equal(
      '{"error":{"code":"AuthorizationFailed"\ncurl: (7) Failed to connect to\ncurl: (6) Could not resolve host\n',
    );
  });
  it("is ended when it takes too long, too much memory or too many processes", async () => {
    const failed = (problem: string, stdout: string): string =>
      `VM has reported a failure when processing extension 'RunCommandLinux'. Error message: "Enable failed: ${problem}\n[stdout]\n${stdout}\n[stderr]\n"`;
    const hungry = "echo begun; for i in 1 2 3 4; do perl -e 'my $x = q(x) x 100_000_000; sleep 20' & done; wait";
    expect((await run(hungry)).err).equal(failed("the script used too much memory", "begun\n"));
    const busy = await run("for i in $(seq 60); do sleep 20 & done; wait");
    expect(busy.err).match(/started too many processes|Cannot fork/);
    const brief = new Sandbox({ timeMs: 1500 });
    const nothing = { argv: [], env: {}, listeners: [], hosts: {}, caPem: "" };
    const late = await brief.run({ hostName: "lin", script: "echo begun; sleep 60", ...nothing });
    const problem = "the script took longer than 1.5 s";
    expect(late).eql({ exitCode: 1, stdout: "begun\n", stderr: "", problem, isLate: true });
  });
  it("is ended when the time is over that its managed run command gives it", async () => {
    const managed = `${vm}/runCommands/late`;
    const properties = { source: { script: "echo begun; sleep 60" }, timeoutInSeconds: 1 };
    await azure.put(managed, { location: "eastus", properties });
    let seen;
    do {
      await new Promise((resolve) => setTimeout(resolve, 50));
      seen = (await azure.get(`${managed}?$expand=instanceView`)).body.properties;
    } while (seen.instanceView.executionState === "Running");
    expect(seen).include({ provisioningState: "Succeeded", timeoutInSeconds: 1 });
    const { startTime: _, endTime: __, ...ended } = seen.instanceView;
    const executionMessage = "the script took longer than 1 s";
    const view = { executionState: "TimedOut", executionMessage, exitCode: 1, output: "begun\n", error: "" };
    expect(ended).eql({ ...view, statuses: [] });
  });
  it("has no memory that no process is seen to use, and no namespaces of its own", async () => {
    const memfd = process.arch === "x64" ? 319 : 279;
    const script = [
      `perl -e 'shmget(0, 1000, 01600) // print "$!\\n"; syscall(${memfd}, $_ = "x", 0) < 0 and print "$!\\n"'`,
      "unshare -Ur true 2>&1",
    ].join("\n");
    expect((await run(script)).out).equal(
      "Function not implemented\nFunction not implemented\nunshare: unshare failed: Function not implemented\n",
    );
  });
  it("is watched from where its signals do not reach, its files in memory too", async () => {
    const script = [
      "kill -STOP 1 2",
      "for folder in /tmp /root /home /var/tmp /dev/shm; do head -c 60000000 /dev/zero > $folder/x; done",
      "sleep 20",
    ].join("\n");
    expect((await run(script)).err).match(/"Enable failed: the script used too much memory\n/);
  });
  it("lets the next one clear away what a process that was killed left", () => {
    const namespace = /\d+/.exec(readlinkSync("/proc/self/ns/pid"))?.[0];
    const folder = (pid: number | undefined): string => join(place, `runbook-sandbox-${namespace}-${pid}-abc`);
    const dead = folder(spawnSync("true").pid);
    const mine = folder(process.pid);
    for (const directory of [dead, mine]) mkdirSync(directory);
    new Sandbox().close();
    expect([existsSync(dead), existsSync(mine)]).eql([false, true]);
    rmdirSync(mine);
  });
  it("leaves nothing on this machine", () => {
    expect(readdirSync(place)).eql([]);
  });
});

describe("a scope of systemd's", () => {
  const place = temporaryDirectory();
  /** Stands in for systemd-run: tells a limit on stream 3 as the tried command would. */
  const scopeWhere = (limit: string) => {
    writeFileSync(join(place(), "systemd-run"), `#!/bin/sh\necho ${limit} >&3\n`, { mode: 0o700 });
    return findScope(1000, 7, place());
  };

  it("is put before the sandbox where it bounds, and where it does not or is missing the watch is alone", () => {
    expect(findScope(1000, 7, place())).equal(undefined);
    expect(scopeWhere("max")).equal(undefined);
    const user = process.getuid?.() === 0 ? "" : "--user ";
    expect(scopeWhere("1000")?.command.join(" ")).equal(
      `${place()}/systemd-run ${user}--scope --quiet --collect -p MemoryMax=1000 -p MemorySwapMax=0 -p TasksMax=7 --`,
    );
  });
});
