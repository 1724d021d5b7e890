import { expect } from "chai";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { Locked, lockOwner, takeLock } from "../../../engine/run/journal/lock.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const how = { what: "run r1", doing: "runbook run", now: Date.UTC(2026, 0, 1) };

describe("a lock", () => {
  const directory = temporaryDirectory();
  const plant = (owner: object, number = 1): Promise<void> =>
    writeFile(
      join(directory(), `lock.${number}`),
      JSON.stringify({ since: how.now, doing: "runbook resume", ...owner }),
    );
  const refusal = async (): Promise<string> => {
    try {
      await takeLock(directory(), how);
    } catch (thrown) {
      expect(thrown).instanceOf(Locked);
      return (thrown as Error).message;
    }
    throw new Error("the lock was taken");
  };
  /** The number of a process that has ended. */
  const deadPid = async (): Promise<number> => {
    const child = spawn(process.execPath, ["-e", "0"]);
    await once(child, "exit");
    return child.pid!;
  };

  it("is refused to a second, who is told of the first", async () => {
    const lock = await takeLock(directory(), how);
    expect(await refusal()).equal(
      `run r1 is in use by process ${process.pid} (runbook run), since 2026-01-01T00:00:00.000Z; wait for it to end, or stop it`,
    );
    expect((await lockOwner(directory()))?.pid).equal(process.pid);
    await lock.release();
    expect(await lockOwner(directory())).equal(undefined);
    await (await takeLock(directory(), how)).release();
  });
  it("is taken over from an owner that is dead", async () => {
    await plant({ pid: await deadPid(), host: hostname() });
    expect(await lockOwner(directory())).equal(undefined);
    await takeLock(directory(), how);
    expect(await readdir(directory())).eql(["lock.2"]);
  });
  it("is taken over when the owner's number was given to another process", async function () {
    if (process.platform !== "linux") this.skip();
    await plant({ pid: process.pid, host: hostname(), birth: "another boot/1" });
    await takeLock(directory(), how);
  });
  it("is not taken over from another machine, whose processes cannot be seen", async () => {
    await plant({ pid: 1, host: "elsewhere" });
    expect(await refusal()).match(/process 1 on elsewhere .*; if that machine is gone for good, remove .*lock\.\*$/);
  });
  it("of a dead owner is taken over by one of many only", async () => {
    for (let round = 0; round < 20; round++) {
      const free = await takeLock(directory(), how);
      await free.release();
      const taken = await Promise.allSettled(Array.from({ length: 8 }, () => takeLock(directory(), how)));
      const locks = taken.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
      expect(
        locks.length,
        JSON.stringify(taken.map((one) => (one.status === "rejected" ? String(one.reason) : ""))),
      ).equal(1);
      await locks[0]!.release();
    }
  });
  it("is left by an owner that ended without a word, and its file is no secret of another", async () => {
    await takeLock(directory(), how);
    expect(JSON.parse(await readFile(join(directory(), "lock.1"), "utf8"))).include({ doing: "runbook run" });
  });
});
