// Says everything that is wrong with runbooks and can be known without Azure.

import { Option } from "commander";
import type { Diagnostic } from "../../source/diagnostic.ts";
import type { CliCommand } from "../command.ts";
import { countText, tellDiagnostics } from "../diagnostic-formats.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import type { Io } from "../io.ts";
import { encodingProblem, loadFile, type RunbookFile } from "../runbook-file.ts";
import { readRunbookFiles } from "../runbook-files.ts";
import { Terminal } from "../terminal.ts";

/** Only when such a file is named: a folder's are passed over. */
const TESTS = /\.test\.ya?ml$/i;
const FORMATS = ["pretty", "json", "sarif", "github"] as const;

export interface CheckOptions {
  /** Files, folders, patterns, `-` for standard input. Empty: the tutorial. */
  readonly files: readonly string[];
  readonly format: (typeof FORMATS)[number];
}

export const checkCommand: CliCommand = {
  examples: [
    ["runbook check vm.yaml", "everything that is wrong with it, at once"],
    ["runbook check runbooks/", "every runbook of a folder"],
    ["runbook check --format github", "as annotations of a pull request"],
  ],
  configure: (command) => {
    command
      .argument("[files...]", "files, folders, patterns, or - for standard input; absent: the tutorial")
      .addOption(new Option("--format <format>", "how problems are told").choices(FORMATS).default("pretty"));
  },
  run: async (command, io) => {
    const [files] = command.processedArgs as [string[]];
    return check({ files, format: command.opts<Pick<CheckOptions, "format">>().format }, io);
  },
};

export async function check({ files: given, format }: CheckOptions, io: Io): Promise<ExitCode> {
  const out = new Terminal(io.stdout, io.env);
  const { files, passedOver } = await readRunbookFiles(given, io);
  const all: Diagnostic[] = [];
  for (const file of files) {
    if (file.isOtherEncoding === true) all.push(encodingProblem(file));
    else if (!TESTS.test(file.path)) all.push(...(await loadFile(file)).diagnostics);
    else all.push(...(await testProblems(file, io)));
  }
  // What is wrong with a file that others call is told once.
  const found = distinct(all);
  const err = new Terminal(io.stderr, io.env);
  if (format === "pretty") {
    tellDiagnostics(found, out);
    if (found.length > 0) err.line();
  } else out.write(await asText(found, format));
  for (const name of passedOver) err.line(`passed over, as it does not look like a runbook: ${name}`);
  if (format === "pretty") {
    const others = passedOver.length > 0 ? `, ${countText(passedOver.length, "other file")} passed over` : "";
    err.line(`${countText(files.length, "runbook")} checked${others}: ${totals(found)}`);
  }
  return found.some(isError) ? EXIT.badInput : EXIT.done;
}

async function testProblems(file: RunbookFile, io: Io): Promise<readonly Diagnostic[]> {
  const { openTestFile } = await import("../testing/open-tests.ts");
  const opened = await openTestFile(file, [], io);
  return "problems" in opened ? opened.problems : [];
}

function distinct(all: readonly Diagnostic[]): readonly Diagnostic[] {
  const seen = new Set<string>();
  return all.filter(({ source: { path }, span: { start, end }, code, message }) => {
    const key = JSON.stringify([path, start, end, code, message]);
    return !seen.has(key) && seen.add(key);
  });
}

/** Each format is loaded only when it is asked for. */
async function asText(found: readonly Diagnostic[], format: "json" | "sarif" | "github"): Promise<string> {
  if (format === "json") return `${(await import("../formats/json.ts")).diagnosticsJson(found)}\n`;
  if (format === "github") return (await import("../formats/github.ts")).githubAnnotations(found);
  const [{ diagnosticsSarif }, { packageVersion }] = await Promise.all([
    import("../formats/sarif.ts"),
    import("../package-root.ts"),
  ]);
  return `${diagnosticsSarif(found, packageVersion())}\n`;
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
