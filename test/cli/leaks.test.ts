// A planted password and the tokens of a run are in nothing that it leaves or says, whatever becomes of it.

import { expect } from "chai";
import { type CliOptions, type Ended, Rig } from "../support/rig.ts";
import { leakIn, leaksBelow } from "../support/leaks.ts";

const PASSWORD = "Pl4nted-canary-password";
const env = { RUNBOOK_INPUT_ADMIN_PASSWORD: PASSWORD };

describe("after a run that", function () {
  this.timeout(120_000);

  const hunt = async (rig: Rig, { stdout, stderr }: Ended, secrets: readonly string[] = [PASSWORD]): Promise<void> => {
    expect(leakIn(stdout, secrets), "standard output").equal(undefined);
    expect(leakIn(stderr, secrets), "standard error").equal(undefined);
    expect(await leaksBelow(rig.directory, secrets)).eql([]);
  };
  /** Ctrl-C when a step begins. */
  const cutOff = (rig: Rig, argv: readonly string[], step: string): Promise<Ended> => {
    let interrupt: (() => void) | undefined;
    const options: CliOptions = {
      env,
      onListening: (listener) => (interrupt = listener),
      onWrite: (text) => {
        if (!text.includes(`${step}: started`)) return;
        interrupt?.();
        interrupt = undefined;
      },
    };
    return rig.cli(argv, options);
  };

  it("was stopped twice, resumed and taken away, there is no secret", async () => {
    await using rig = await Rig.open();
    for (const [argv, step] of [
      [["run", "--yes"], "vm"],
      // A token is in its memory then, which the next process gets again.
      [["resume"], "token"],
    ] as const) {
      const stopped = await cutOff(rig, argv, step);
      expect(stopped.code, stopped.stderr).equal(130);
      await hunt(rig, stopped);
    }
    const resumed = await rig.cli(["resume"], { env });
    expect(resumed.code, resumed.stderr).equal(0);
    await hunt(rig, resumed);
    const shown = await rig.cli(["runs", "show"]);
    await hunt(rig, shown);
    const destroyed = await rig.cli(["destroy", "--yes"]);
    expect(destroyed.code).equal(0);
    await hunt(rig, destroyed);
  });
  it("was drilled, there is no secret", async () => {
    await using rig = await Rig.open();
    const drilled = await rig.cli(["drill", "--only", "killed when change 1", "--threads", "1", "--json"], { env });
    expect(drilled.code).equal(0);
    await hunt(rig, drilled);
  });
  it("left a secret, the hunt finds it", async () => {
    await using rig = await Rig.open({ "a/b.txt": `x${PASSWORD}x`, "c.json": '"eyJ0eXAiOiJKV1Qi.eyJhdWQi"', d: "eyJ" });
    expect((await leaksBelow(rig.directory, [PASSWORD])).toSorted()).eql([
      "a/b.txt: a planted secret",
      "c.json: a token",
    ]);
  });
});
