// The commands there are, in the order of the overview.

import type { CommandEntry } from "./command.ts";

export const COMMANDS: readonly CommandEntry[] = [
  {
    name: "run",
    group: "Run",
    summary: "run a runbook",
    load: async () => (await import("./commands/run.ts")).runCommand,
  },
  {
    name: "check",
    group: "Write",
    summary: "say what is wrong with runbooks, sending nothing",
    load: async () => (await import("./commands/check.ts")).checkCommand,
  },
  {
    name: "graph",
    group: "Write",
    summary: "show which steps go together and what each waits for",
    load: async () => (await import("./commands/graph.ts")).graphCommand,
  },
  {
    name: "schema",
    group: "Write",
    summary: "print the JSON Schema of runbooks, for editors",
    load: async () => (await import("./commands/schema.ts")).schemaCommand,
  },
];

export function hasCommand(name: string): boolean {
  return COMMANDS.some((entry) => entry.name === name);
}
