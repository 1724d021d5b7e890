// A guest that runs nothing and says what it was told to say: scripts are known by what stands in them.

import type { GuestJob, GuestOutput } from "./run-script.ts";

/** What a script that holds a text, or that a pattern matches, answers. */
export interface ScriptAnswer {
  readonly script: string | RegExp;
  /** Name of the VM; absent: any. */
  readonly vm?: string;
  readonly exitCode?: number;
  readonly stdout?: string;
  readonly stderr?: string;
}

/** The first answer that fits counts. */
export class ScriptedGuest {
  /** In a machine of any system: nothing is run. */
  readonly takesWindows = true;
  readonly #answers: readonly ScriptAnswer[];
  /** By answer, how often it was given. */
  readonly given = new Map<ScriptAnswer, number>();

  constructor(answers: readonly ScriptAnswer[]) {
    this.#answers = answers;
  }

  async run(_emulator: unknown, { script, vmId }: Pick<GuestJob, "script" | "vmId">): Promise<GuestOutput> {
    const name = vmId.slice(vmId.lastIndexOf("/") + 1).toLowerCase();
    const answer = this.#answers.find(
      ({ script: wanted, vm }) =>
        (typeof wanted === "string" ? script.includes(wanted) : wanted.test(script)) &&
        (vm === undefined || vm.toLowerCase() === name),
    );
    if (answer === undefined) {
      const first = script.trim().split("\n", 1)[0] ?? "";
      const problem = `no answer is given for the script that begins with \`${first}\``;
      return { exitCode: 1, stdout: "", stderr: problem, problem };
    }
    this.given.set(answer, (this.given.get(answer) ?? 0) + 1);
    const { exitCode = 0, stdout = "", stderr = "" } = answer;
    return { exitCode, stdout, stderr };
  }

  close(): void {}
}
