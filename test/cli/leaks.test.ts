// A planted password and the tokens of a run are in nothing that it leaves or says, whatever becomes of it.

import { expect } from "chai";
import { type CliOptions, type Ended, Rig } from "../support/rig.ts";
import { leakIn, leaksBelow } from "../support/leaks.ts";
import { readProjectFile } from "../support/project.ts";

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
  it("handed secrets from one runbook to another and out again, there is none, and who is shown one sees that it is", async () => {
    await using rig = await Rig.open({
      "called/made.yaml": readProjectFile("test/runbooks/called/made.yaml"),
      "caller.yaml": readProjectFile("test/runbooks/ok/secret-outputs-of-calls.yaml"),
      "caller.test.yaml":
        "version: 1\ntests: [{ name: one, expect: { outputs: { login: { password: (secret) } } } }]\n",
    });
    const shown = { token: "(secret)", login: { user: "azureuser", password: "(secret)" }, name: "made" };
    const planned = await rig.cli(["plan", "caller.yaml", "-o", "plan.json", "--html", "plan.html"], { env });
    expect(planned.stdout).include(`Outputs\n${JSON.stringify(shown, undefined, 2).replaceAll(/^/gm, "  ")}`);
    await hunt(rig, planned);
    const stopped = await cutOff(rig, ["run", "caller.yaml", "--yes"], "read");
    expect(stopped.code, stopped.stderr).equal(130);
    const resumed = await rig.cli(["resume"], { env });
    expect(JSON.parse(resumed.stdout)).eql(shown);
    await hunt(rig, resumed);
    for (const argv of [
      ["run", "caller.yaml", "--yes", "--json"],
      ["report", "--html", "run.html"],
      ["runs", "show"],
      ["test", "caller.test.yaml"],
    ]) {
      const ended = await rig.cli(argv, { env });
      expect(ended.code, ended.stderr + ended.stdout).equal(0);
      await hunt(rig, ended);
    }
  });
  it("left a secret, the hunt finds it", async () => {
    await using rig = await Rig.open({ "a/b.txt": `x${PASSWORD}x`, "c.json": '"eyJ0eXAiOiJKV1Qi.eyJhdWQi"', d: "eyJ" });
    expect((await leaksBelow(rig.directory, [PASSWORD])).toSorted()).eql([
      "a/b.txt: a planted secret",
      "c.json: a token",
    ]);
  });
});
