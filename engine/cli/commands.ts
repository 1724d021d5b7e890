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
    name: "resume",
    group: "Run",
    summary: "go on with a run that was killed, stopped or failed",
    load: async () => (await import("./commands/resume.ts")).resumeCommand,
  },
  {
    name: "approve",
    group: "Run",
    summary: "answer a run that waits for an approval",
    load: async () => (await import("./commands/approve.ts")).approveCommand,
  },
  {
    name: "cancel",
    group: "Run",
    summary: "stop a run that another process works on",
    load: async () => (await import("./commands/cancel.ts")).cancelCommand,
  },
  {
    name: "destroy",
    group: "Run",
    summary: "take away what a run made",
    load: async () => (await import("./commands/destroy.ts")).destroyCommand,
  },
  {
    name: "drill",
    group: "Run",
    summary: "try a runbook under every fault and every crash",
    load: async () => (await import("./commands/drill.ts")).drillCommand,
  },
  {
    name: "runs",
    group: "Look",
    summary: "list runs, and tell the story of one",
    load: async () => (await import("./commands/runs.ts")).runsCommand,
  },
  {
    name: "emulator",
    group: "Run",
    summary: "serve an Azure of your own to az, curl and SDKs",
    load: async () => (await import("./commands/emulator.ts")).emulatorCommand,
  },
  {
    name: "plan",
    group: "Run",
    summary: "show what a run would send, sending nothing",
    load: async () => (await import("./commands/plan.ts")).planCommand,
  },
  {
    name: "show",
    group: "Look",
    summary: "show a saved plan",
    load: async () => (await import("./commands/show.ts")).showCommand,
  },
  {
    name: "apply",
    group: "Run",
    summary: "run a saved plan, and nothing else",
    load: async () => (await import("./commands/apply.ts")).applyCommand,
  },
  {
    name: "verify",
    group: "Look",
    summary: "compare a run with its plan, call by call",
    load: async () => (await import("./commands/verify.ts")).verifyCommand,
  },
  {
    name: "report",
    group: "Look",
    summary: "show a run after it, as text or as a page",
    load: async () => (await import("./commands/report.ts")).reportCommand,
  },
  {
    name: "new",
    group: "Write",
    summary: "write a new runbook and its tests, from a template",
    load: async () => (await import("./commands/new.ts")).newCommand,
  },
  {
    name: "export",
    group: "Write",
    summary: "write a runbook as an az script or as Bicep",
    load: async () => (await import("./commands/export.ts")).exportCommand,
  },
  {
    name: "diff",
    group: "Write",
    summary: "show what changes between two versions of a runbook",
    load: async () => (await import("./commands/diff.ts")).diffCommand,
  },
  {
    name: "check",
    group: "Write",
    summary: "say what is wrong with runbooks, sending nothing",
    load: async () => (await import("./commands/check.ts")).checkCommand,
  },
  {
    name: "fmt",
    group: "Write",
    summary: "lay runbooks out in the one way",
    load: async () => (await import("./commands/fmt.ts")).fmtCommand,
  },
  {
    name: "test",
    group: "Write",
    summary: "run the tests that stand beside runbooks",
    load: async () => (await import("./commands/test.ts")).testCommand,
  },
  {
    name: "lsp",
    group: "Write",
    summary: "serve an editor over the Language Server Protocol",
    load: async () => (await import("./commands/lsp.ts")).lspCommand,
  },
  {
    name: "graph",
    group: "Write",
    summary: "show which steps go together and what each waits for",
    load: async () => (await import("./commands/graph.ts")).graphCommand,
  },
  {
    name: "steps",
    group: "Write",
    summary: "tell which step types there are, and all about one",
    load: async () => (await import("./commands/steps.ts")).stepsCommand,
  },
  {
    name: "doctor",
    group: "Look",
    summary: "look at this machine for what would get in the way",
    load: async () => (await import("./commands/doctor.ts")).doctorCommand,
  },
  {
    name: "completion",
    group: "Look",
    summary: "print the script with which a shell completes what is typed",
    load: async () => (await import("./commands/completion.ts")).completionCommand,
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
