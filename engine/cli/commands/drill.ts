// Runs a runbook under every fault that could have struck it and with a crash at every line of its journal, on emulators in
// memory, and tells what became of each.

import { availableParallelism } from "node:os";
import { type Command, InvalidArgumentError } from "commander";
import { registryOf } from "../../runbook/build.ts";
import type { Json } from "../../value/json.ts";
import { Secret } from "../../value/secret.ts";
import { CliError } from "../cli-error.ts";
import type { CliCommand } from "../command.ts";
import { countText, tellDiagnostics } from "../diagnostic-formats.ts";
import { tryCells } from "../drill/drill.ts";
import { baselineOf, type Cell, cellText, type Verdict } from "../drill/drill-cells.ts";
import { prepareDrill } from "../drill/drill-world.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { addInputOptions, type InputOptions, inputOptionsOf } from "../input-options.ts";
import type { Io } from "../io.ts";
import { runInputs } from "../run-inputs.ts";
import { loadFile, readRunbookFile } from "../runbook-file.ts";
import { Terminal } from "../terminal.ts";

export interface DrillOptions {
  /** Absent: the tutorial. */
  readonly file?: string;
  readonly inputs: InputOptions;
  readonly seed: string;
  readonly threads: number;
  /** Text of which each cell tried has a part; absent: all are. */
  readonly only?: string;
  readonly json: boolean;
}

export const drillCommand: CliCommand = {
  examples: [
    ["runbook drill", "the tutorial, under every fault and with a crash at every line of its journal"],
    ["runbook drill vm.yaml --seed 7", "your own; the same seed gives the same result"],
  ],
  configure: (command) => {
    command.argument("[file]", "the runbook; absent: the tutorial");
    addInputOptions(command);
    command
      .option("--seed <text>", "of all that the emulator makes up", "1")
      .option("--threads <n>", "how many cells are tried at once; absent: one for each processor", wholeNumber)
      .option("--only <text>", "try the cells only that this text is part of, such as `throttle` or `killed`")
      .option("--json", "tell each cell as a JSON line on standard output", false);
  },
  run: (command, io) => drill(optionsOf(command), io),
};

function optionsOf(command: Command): DrillOptions {
  const [file] = command.processedArgs as [string?];
  const { seed, threads, only, json } = command.opts<{
    seed: string;
    threads?: number;
    only?: string;
    json: boolean;
  }>();
  return {
    ...(file !== undefined && { file }),
    inputs: inputOptionsOf(command),
    seed,
    ...(only !== undefined && { only }),
    threads: threads ?? availableParallelism(),
    json,
  };
}

export async function drill(options: DrillOptions, io: Io): Promise<ExitCode> {
  const { seed, threads, only = "", json } = options;
  const [out, err] = [new Terminal(io.stdout, io.env), new Terminal(io.stderr, io.env)];
  const file = readRunbookFile(options.file, io);
  const { runbook, diagnostics } = await loadFile(file);
  tellDiagnostics(diagnostics, err);
  if (runbook === undefined) return EXIT.badInput;
  const { inputs: handles, vault } = await runInputs(runbook, options.inputs, "emulator", io);
  const inputs = Object.fromEntries(
    Object.entries(handles).map(([name, value]) => [name, value instanceof Secret ? vault.open(value) : value]),
  ) satisfies Readonly<Record<string, Json>>;
  await prepareDrill();
  const whole = await baselineOf({ runbook, registry: registryOf(runbook), inputs, seed });
  if ("status" in whole) {
    const why = [...whole.failures].map(([step, { message }]) => `${step}: ${message}`).join("; ");
    throw new CliError(EXIT.failed, `the runbook fails without any fault: ${vault.redact(why)}`, "mend it first");
  }
  const cells = whole.cells.filter((cell) => cellText(cell).includes(only));
  if (cells.length === 0) throw new CliError(EXIT.usage, `none of ${whole.cells.length} cells has "${only}" in it`);
  const baseline = { ...whole, cells };
  const { path, shown, text } = file;
  err.line(`${runbook.name}: ${countText(cells.length, "cell")}, seed ${seed}`);
  let told = 0;
  const verdicts = await tryCells(
    { file: { path, shown, text }, calls: runbook.calls, inputs, seed, baseline },
    threads,
    (done) => {
      const tenths = Math.floor((done * 10) / cells.length);
      if (tenths === told) return;
      told = tenths;
      err.line(`${done} of ${cells.length}`);
    },
  );
  if (json)
    for (const verdict of verdicts)
      out.line(vault.redact(JSON.stringify({ ...verdict, text: cellText(verdict.cell) })));
  else for (const line of reportLines(verdicts)) out.line(vault.redact(line));
  return verdicts.some(({ outcome }) => outcome === "broken") ? EXIT.failed : EXIT.done;
}

const OUTCOMES = ["converged", "resumed", "broken"] as const;

/** A table by kind of cell, then every cell that is broken, then the errors that runs failed with. */
export function reportLines(verdicts: readonly Verdict[]): readonly string[] {
  const kinds = [...new Set(verdicts.map(({ cell }) => kindOf(cell)))];
  const row = (kind: string, of: readonly Verdict[]): string => {
    const numbers = OUTCOMES.map((outcome) => of.filter((one) => one.outcome === outcome).length);
    return [kind.padEnd(18), ...[...numbers, of.length].map((number) => String(number).padStart(10))].join("");
  };
  const broken = verdicts.filter(({ outcome }) => outcome === "broken");
  const errors = new Map<string, number>();
  for (const { errors: codes } of verdicts) for (const code of codes) errors.set(code, (errors.get(code) ?? 0) + 1);
  const byName = [...errors].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([code, count]) => `  ${code}  ${count}`);
  return [
    ["cells".padEnd(18), ...[...OUTCOMES, "all"].map((name) => name.padStart(10))].join(""),
    ...kinds.map((kind) =>
      row(
        kind,
        verdicts.filter(({ cell }) => kindOf(cell) === kind),
      ),
    ),
    row("all", verdicts),
    ...(byName.length > 0 ? ["", "errors that runs failed with, before they were resumed:", ...byName] : []),
    ...(broken.length > 0 ? ["", "broken:"] : []),
    ...broken.flatMap(({ cell, problem }) => [`  ${cellText(cell)}`, `    ${problem ?? ""}`]),
    "",
    broken.length === 0
      ? `${countText(verdicts.length, "cell")}: each ended as an undisturbed run does, at once or after a resume`
      : `${broken.length} of ${countText(verdicts.length, "cell")} broken`,
  ];
}

function kindOf(cell: Cell): string {
  if (cell.kind === "fault") return cell.fault.kind;
  return cell.death.at === "line" ? "crash, journal" : "crash, answer";
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError("Expected a whole number from 1.");
  return value;
}
