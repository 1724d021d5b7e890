// Rehearses a runbook and shows what its run would send; sends reads alone.

import { type Command, InvalidArgumentError } from "commander";
import { preloadClients } from "../../azure/clients.ts";
import type { Plan, PlannedStep } from "../../plan/model.ts";
import { isPending } from "../../plan/pending.ts";
import { registryOf } from "../../runbook/build.ts";
import { CliError } from "../cli-error.ts";
import type { CliCommand } from "../command.ts";
import { tellDiagnostics } from "../diagnostic-formats.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { addInputOptions, type InputOptions, inputOptionsOf } from "../input-options.ts";
import type { Io } from "../io.ts";
import { quoted } from "../next-commands.ts";
import { planInputs } from "../plan-inputs.ts";
import { addPageOptions, type PageOptions, pageOptionsOf, tellPage, writeText } from "../plan-output.ts";
import { loadFile, readRunbookFile } from "../runbook-file.ts";
import { addTargetOptions, openTarget, type TargetOptions, targetOptionsOf, targetWords } from "../target-options.ts";
import { Terminal } from "../terminal.ts";

/** What a plan can be forbidden to hold. */
const DENIABLE = ["create", "update", "remove", "run", "opaque", "role-assignment", "identity", "exposure"] as const;
type Deniable = (typeof DENIABLE)[number];

export interface PlanCommandOptions {
  readonly file?: string;
  readonly inputs: InputOptions;
  readonly target: TargetOptions;
  readonly page: PageOptions;
  readonly out?: string;
  readonly permissions?: string;
  readonly deny: readonly Deniable[];
  readonly detailedExitCode: boolean;
}

export const planCommand: CliCommand = {
  examples: [
    ["runbook plan", "what the tutorial would do on the emulator"],
    ["runbook plan vm.yaml -o plan.json", "kept, to be applied later"],
    ["runbook plan vm.yaml --md plan.md --deny remove,role-assignment", "for a pull request"],
  ],
  configure: (command) => {
    command.argument("[file]", "the runbook; absent: the tutorial");
    addInputOptions(command);
    addTargetOptions(command);
    addPageOptions(command);
    command
      .option("-o, --out <file>", "save the plan, for `runbook apply`")
      .option("--permissions <file>", "write the least custom role that the run needs")
      .option("--deny <kinds>", `exit 1 when the plan holds one of: ${DENIABLE.join(", ")}`, deniable, [])
      .option("--detailed-exitcode", "exit 2 when there is something to do");
  },
  run: (command, io) => plan(optionsOf(command), io),
};

function optionsOf(command: Command): PlanCommandOptions {
  const [file] = command.processedArgs as [string?];
  const { out, permissions, deny, detailedExitcode } = command.opts<{
    out?: string;
    permissions?: string;
    deny: readonly Deniable[];
    detailedExitcode?: true;
  }>();
  return {
    ...(file !== undefined && { file }),
    inputs: inputOptionsOf(command),
    target: targetOptionsOf(command),
    page: pageOptionsOf(command),
    ...(out !== undefined && { out }),
    ...(permissions !== undefined && { permissions }),
    deny,
    detailedExitCode: detailedExitcode === true,
  };
}

export async function plan(options: PlanCommandOptions, io: Io): Promise<ExitCode> {
  const err = new Terminal(io.stderr, io.env);
  const { runbook, diagnostics } = await loadFile(readRunbookFile(options.file, io));
  tellDiagnostics(diagnostics, err);
  if (runbook === undefined) return EXIT.badInput;
  const inputs = await planInputs(runbook, options.inputs, io);
  // Loaded while the target is opened, which may have to make a key or to ask a server.
  const [target, { planText }, { planPage }] = await Promise.all([
    openTarget(options.target, io, "runbook plan"),
    import("../../plan/plan-run.ts"),
    import("../../report/plan-page.ts"),
    preloadClients(),
  ]);
  try {
    const made = await planText({ runbook, registry: registryOf(runbook), inputs, target, clock: io.clock });
    await tellPage(planPage(made.plan), made.text, options.page, io);
    if (options.permissions !== undefined) {
      const { leastRole } = await import("../../plan/least-role.ts");
      writeText(options.permissions, `${JSON.stringify(leastRole(made.plan), undefined, 2)}\n`, io);
    }
    if (options.out !== undefined) {
      const [obstacle] = made.plan.obstacles;
      if (obstacle !== undefined) throw new CliError(EXIT.failed, `the plan is not saved: ${obstacle}`);
      writeText(options.out, made.text, io);
      const again = ["runbook", "apply", quoted(options.out), ...targetWords(options.target).map(quoted)].join(" ");
      err.line(`saved; \`${again}\` runs it, and nothing else`);
    }
    return exitCodeOf(made.plan, options, err);
  } finally {
    await target.close();
  }
}

function exitCodeOf(made: Plan, { deny, detailedExitCode }: PlanCommandOptions, err: Terminal): ExitCode {
  const denied = deny.flatMap((kind) => {
    const steps = made.steps.filter((step) => holds(step, kind)).map(({ id }) => id);
    return steps.length === 0 ? [] : [`${kind} (${steps.join(", ")})`];
  });
  if (denied.length > 0) {
    err.line(`${err.paint(["bold", "red"], "denied:")} the plan holds ${denied.join("; ")}`);
    return EXIT.failed;
  }
  if (made.obstacles.length > 0) return EXIT.failed;
  return detailedExitCode && made.steps.some(isPending) ? EXIT.changesPending : EXIT.done;
}

/** What is done only under a condition counts like the rest. */
function holds(step: PlannedStep, kind: Deniable): boolean {
  return doesHold(step, kind) || (step.onlyIf ?? []).some((one) => doesHold({ ...one, change: step.change }, kind));
}

function doesHold(
  { change, marks, resources, inVm }: Pick<PlannedStep, "change" | "marks" | "resources" | "inVm">,
  kind: Deniable,
): boolean {
  if (kind === "run") return change === "run" || inVm.length > 0;
  if (kind === "opaque") return change === "opaque";
  if (kind === "create" || kind === "update") return resources.some((resource) => resource.change === kind);
  return marks.includes(kind);
}

function deniable(text: string, before: readonly Deniable[]): readonly Deniable[] {
  const kinds = text.split(",").map((kind) => kind.trim());
  const unknown = kinds.find((kind) => !(DENIABLE as readonly string[]).includes(kind));
  if (unknown !== undefined) throw new InvalidArgumentError(`"${unknown}" is none of ${DENIABLE.join(", ")}.`);
  return [...before, ...(kinds as Deniable[])];
}
