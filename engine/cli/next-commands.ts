// What a person may want to type after a run. Only commands that there are.

import type { RunResult } from "../run/execute.ts";
import { hasCommand } from "./commands.ts";
import type { Io } from "./io.ts";
import type { NextCommand } from "./views/run-summary.ts";

export interface RunFacts {
  readonly id: string;
  readonly status: RunResult["status"];
  /** As it was typed; absent: the tutorial. */
  readonly file?: string;
  readonly target: "emulator" | "azure";
}

export function nextCommands({ id, status, file, target }: RunFacts, env: Io["env"]): readonly NextCommand[] {
  const program = programName(env);
  const again = [
    program,
    "run",
    ...(file === undefined ? [] : [file]),
    ...(target === "azure" ? ["--target azure"] : []),
  ];
  if (status === "done") {
    return [
      { line: again.join(" "), does: "finds everything as it should be and changes nothing" },
      ...(hasCommand("report") ? [{ line: `${program} report ${id}`, does: "tells what happened" }] : []),
      ...(hasCommand("destroy") ? [{ line: `${program} destroy ${id}`, does: "takes away what was made" }] : []),
    ];
  }
  if (hasCommand("resume")) return [{ line: `${program} resume ${id}`, does: "goes on where it stopped" }];
  const when = status === "failed" ? "when the cause is mended: " : "";
  return [{ line: again.join(" "), does: `${when}goes on, and keeps what is there` }];
}

/** As it can be typed again: started through npm, the command is not on the path. */
export function programName(env: Io["env"]): string {
  return env["npm_command"] === undefined ? "runbook" : "npx runbook";
}
