// A disk that takes nothing: each command that would send something says so before it does.

import { execFileSync } from "node:child_process";
import { expect } from "chai";
import { expectEnd, Rig } from "../support/rig.ts";
import { spawnCli } from "../support/spawn-cli.ts";

const HINT = "hint: runs and the emulator's state are kept there, below the current folder\n";

describe("a folder in which nothing can be kept", () => {
  for (const argv of [["run", "--yes"], ["plan"], ["resume"]]) {
    it(`ends \`runbook ${argv.join(" ")}\` before anything is sent`, async () => {
      await using rig = await Rig.open({ ".runbook": "a file is in the way" });
      expectEnd(await rig.cli(argv), {
        code: 1,
        stderr: `error: cannot write in ${rig.directory}/.runbook: part of the path is a file, not a directory; nothing was sent\n${HINT}`,
      });
    });
  }

  describe("in a sandbox", function () {
    this.timeout(60_000);
    before(function () {
      try {
        execFileSync("bwrap", ["--ro-bind", "/", "/", "true"]);
      } catch {
        process.stdout.write("      no bubblewrap here, so no read-only or full file system\n");
        this.skip();
      }
    });
    /** The command with bubblewrap around it, which gives the folder another file system. */
    const inside = (rig: Rig, around: readonly string[]) =>
      spawnCli(rig.directory, ["run", "linux-vm-system-assigned-identity", "--yes"], {}, undefined, [
        "bwrap",
        ...around,
        "--chdir",
        rig.directory,
      ]).ended;

    it("says that the file system is read only", async () => {
      await using rig = await Rig.open();
      expectEnd(await inside(rig, ["--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"]), {
        code: 1,
        stderr: `error: cannot write in ${rig.directory}/.runbook: the file system is read only; nothing was sent\n${HINT}`,
      });
      expect([...(await rig.files()).keys()]).eql([]);
    });
    for (const size of ["4096", "49152"]) {
      it(`says that the disk is full, with ${size} bytes`, async () => {
        await using rig = await Rig.open();
        const full = ["--bind", "/", "/", "--dev-bind", "/dev", "/dev", "--size", size, "--tmpfs", rig.directory];
        const { code, stdout, stderr } = await inside(rig, full);
        expect([code, stdout]).eql([1, ""]);
        expect(stderr).match(/^error: cannot .*: the disk is full/m);
        // The plan is told; no step has begun.
        expect(stderr).not.match(/started|mistake in runbook|\n {4}at /);
      });
    }
  });
});
