// Shows what changes between two versions of a runbook, as calls and resources. Asks no target.

import { registryOf } from "../../runbook/build.ts";
import type { Command } from "commander";
import type { Target } from "../../azure/target.ts";
import { differenceLine } from "../../report/text-page.ts";
import { pathText, shown, valueText } from "../../report/plan-page.ts";
import type { CliCommand } from "../command.ts";
import { tellDiagnostics } from "../diagnostic-formats.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { addInputOptions, type InputOptions, inputOptionsOf } from "../input-options.ts";
import type { Io } from "../io.ts";
import { planInputs } from "../plan-inputs.ts";
import { painterOf } from "../plan-output.ts";
import { loadFile, readRunbookFile } from "../runbook-file.ts";
import { Terminal } from "../terminal.ts";

export interface DiffOptions {
  readonly before: string;
  readonly after: string;
  readonly inputs: InputOptions;
  readonly json: boolean;
  readonly detailedExitCode: boolean;
}

export const diffCommand: CliCommand = {
  examples: [
    ["runbook diff old.yaml new.yaml", "what the new one does otherwise"],
    ["runbook diff old.yaml new.yaml -i location=westeurope", "with an input for both"],
    ["runbook diff old.yaml new.yaml --detailed-exitcode", "exit 2 when they differ"],
  ],
  configure: (command) => {
    command.argument("<before>", "a runbook").argument("<after>", "another version of it");
    addInputOptions(command);
    command.option("--json", "print the differences as JSON").option("--detailed-exitcode", "exit 2 when they differ");
  },
  run: (command, io) => diff(optionsOf(command), io),
};

function optionsOf(command: Command): DiffOptions {
  const [before, after] = command.processedArgs as [string, string];
  const { json, detailedExitcode } = command.opts<{ json?: true; detailedExitcode?: true }>();
  return {
    before,
    after,
    inputs: inputOptionsOf(command),
    json: json === true,
    detailedExitCode: detailedExitcode === true,
  };
}

export async function diff(options: DiffOptions, io: Io): Promise<ExitCode> {
  const [{ openEmulatorTarget }, { diffPlans }] = await Promise.all([
    import("../../azure/emulator-target.ts"),
    import("../../plan/diff-plans.ts"),
  ]);
  // Both from nothing, so that only the runbooks differ.
  const target = await openEmulatorTarget({ description: "nothing", now: () => io.clock.now() });
  try {
    const before = await planOf(options.before, options, target, io);
    const after = await planOf(options.after, options, target, io);
    if (before === undefined || after === undefined) return EXIT.badInput;
    const found = diffPlans(before, after);
    const out = new Terminal(io.stdout, io.env);
    if (options.json) out.line(JSON.stringify(found, undefined, 2));
    else {
      const paint = painterOf(out);
      for (const { kind, call, differences } of found) {
        const sign = { add: "+", remove: "-", change: "~" }[kind];
        out.line(paint(kind, `${sign} ${call}`));
        for (const { kind: how, path, before: was, after: is } of differences) {
          const line = {
            kind: how,
            path: pathText(path),
            ...(was !== undefined && { before: valueText(shown(was)) }),
            ...(is !== undefined && { after: valueText(shown(is)) }),
          };
          out.line(`    ${differenceLine(line, paint)}`);
        }
      }
      if (found.length === 0) out.line("no difference: both do the same");
    }
    return found.length > 0 && options.detailedExitCode ? EXIT.changesPending : EXIT.done;
  } finally {
    await target.close();
  }
}

async function planOf(file: string, { inputs: given }: DiffOptions, target: Target, io: Io) {
  const { runbook, diagnostics } = await loadFile(readRunbookFile(file, io));
  tellDiagnostics(diagnostics, new Terminal(io.stderr, io.env));
  if (runbook === undefined) return undefined;
  const inputs = await planInputs(runbook, given, io);
  const { planRun } = await import("../../plan/plan-run.ts");
  return planRun({ runbook, registry: registryOf(runbook), inputs, target, clock: io.clock });
}
