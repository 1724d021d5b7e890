// Says everything that is wrong with runbooks and can be known without Azure.

import { Option } from "commander";
import type { Diagnostic } from "../../source/diagnostic.ts";
import type { CliCommand } from "../command.ts";
import { countText, diagnosticsJson, tellDiagnostics } from "../diagnostic-formats.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import type { Io } from "../io.ts";
import { loadFile, readRunbookFile } from "../runbook-file.ts";
import { Terminal } from "../terminal.ts";

export interface CheckOptions {
  /** Empty: the tutorial. */
  readonly files: readonly string[];
  readonly format: "pretty" | "json";
}

export const checkCommand: CliCommand = {
  examples: [
    ["runbook check vm.yaml", "everything that is wrong with it, at once"],
    ["runbook check runbooks/*.yaml", "several"],
    ["runbook check vm.yaml --format json", "for a program"],
  ],
  configure: (command) => {
    command
      .argument("[files...]", "the runbooks; absent: the tutorial")
      .addOption(
        new Option("--format <format>", "how problems are told").choices(["pretty", "json"]).default("pretty"),
      );
  },
  run: async (command, io) => {
    const [files] = command.processedArgs as [string[]];
    return check({ files, format: command.opts<Pick<CheckOptions, "format">>().format }, io);
  },
};

export async function check({ files, format }: CheckOptions, io: Io): Promise<ExitCode> {
  const out = new Terminal(io.stdout, io.env);
  const err = new Terminal(io.stderr, io.env);
  const named = files.length === 0 ? [undefined] : [...new Set(files)];
  const found = named.flatMap((file) => loadFile(readRunbookFile(file, io)).diagnostics);
  if (format === "json") out.line(diagnosticsJson(found));
  else tellDiagnostics(found, out);
  if (format === "pretty") {
    if (found.length > 0) err.line();
    err.line(`${countText(named.length, "runbook")} checked: ${totals(found)}`);
  }
  return found.some(isError) ? EXIT.badInput : EXIT.done;
}

function totals(found: readonly Diagnostic[]): string {
  const errors = found.filter(isError).length;
  const warnings = found.length - errors;
  const parts = [
    ...(errors > 0 ? [countText(errors, "error")] : []),
    ...(warnings > 0 ? [countText(warnings, "warning")] : []),
  ];
  return parts.length === 0 ? "no problems" : parts.join(", ");
}

const isError = ({ severity }: Diagnostic): boolean => severity === "error";
