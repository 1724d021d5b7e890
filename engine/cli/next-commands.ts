// What a person may want to type after a run. Only commands that there are.

import type { RunResult } from "../run/execute.ts";
import { hasCommand } from "./commands.ts";
import type { Io } from "./io.ts";
import type { RunProgress } from "./views/run-progress.ts";
import type { NextCommand } from "./views/run-summary.ts";

export interface RunFacts {
  readonly id: string;
  readonly status: RunResult["status"];
  readonly progress: RunProgress;
  /** What was typed to start it, without the program's name. Secrets are never in it. */
  readonly argv: readonly string[];
  /** Whether somebody walked through it. */
  readonly isWalk?: boolean;
}

export function nextCommands(
  { id, status, progress, argv, isWalk = false }: RunFacts,
  env: Io["env"],
): readonly NextCommand[] {
  const program = programName(env);
  const again = [program, ...withoutFaults(argv).map(quoted)].join(" ");
  if (status === "done") {
    const made = [...progress.steps.values()].some(({ change }) => change === "create" || change === "update");
    return [
      { line: again, does: "finds everything as it should be, and changes nothing" },
      ...(hasCommand("report") ? [{ line: `${program} report ${id}`, does: "tells what happened" }] : []),
      ...(made && hasCommand("destroy")
        ? [{ line: `${program} destroy ${id}`, does: "takes away what this run made" }]
        : []),
    ];
  }
  if (hasCommand("resume")) {
    const isRefused = progress.withStatus("failed").some(({ failure }) => REFUSALS.has(failure?.code ?? ""));
    const does = isRefused ? "goes on where it stopped, once the right is granted" : "goes on where it stopped";
    return [{ line: `${program} resume ${id}${isWalk ? " --step" : ""}`, does }];
  }
  return [{ line: again, does: "goes on, and keeps what is there" }];
}

/** To go on without having been granted more would fail as before. */
const REFUSALS: ReadonlySet<string> = new Set(["AuthorizationFailed", "LinkedAuthorizationFailed"]);

/** A fault was for that run: with it, the next one would fail again, and not find everything as it should be. */
function withoutFaults(argv: readonly string[]): readonly string[] {
  return argv.filter(
    (word, at) => !/^--fault(-plan)?(=|$)/.test(word) && !/^--fault(-plan)?$/.test(argv[at - 1] ?? ""),
  );
}

/** As it can be typed again: started through npm, the command is not on the path. */
export function programName(env: Io["env"]): string {
  return env["npm_command"] === undefined ? "runbook" : "npx runbook";
}

/** A word as a POSIX shell reads it back. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
