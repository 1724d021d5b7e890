// Lays runbooks out in the one way: `runbook fmt`.

import { writeFileSync } from "node:fs";
import { formatRunbook } from "../../runbook/format.ts";
import type { CliCommand } from "../command.ts";
import { countText, tellDiagnostics } from "../diagnostic-formats.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import type { Io } from "../io.ts";
import { encodingProblem } from "../runbook-file.ts";
import { readRunbookFiles } from "../runbook-files.ts";
import { Terminal } from "../terminal.ts";

export interface FmtOptions {
  /** Files, folders, patterns, `-` for standard input. */
  readonly files: readonly string[];
  /** Write nothing, and fail when something would be written. */
  readonly isCheck: boolean;
}

export const fmtCommand: CliCommand = {
  examples: [
    ["runbook fmt vm.yaml", "lays the file out anew"],
    ["runbook fmt --check runbooks/", "fails when a file is not laid out so"],
    ["runbook fmt - < vm.yaml", "writes to standard output"],
  ],
  configure: (command) => {
    command
      .argument("[files...]", "files, folders, patterns, or - for standard input; absent: this folder")
      .option("--check", "change nothing; end with 1 when a file is not laid out so");
  },
  run: async (command, io) => {
    const [files] = command.processedArgs as [string[]];
    return fmt({ files: files.length === 0 ? ["."] : files, isCheck: command.opts()["check"] === true }, io);
  },
};

export async function fmt({ files: given, isCheck }: FmtOptions, io: Io): Promise<ExitCode> {
  const out = new Terminal(io.stdout, io.env);
  const err = new Terminal(io.stderr, io.env);
  const { files } = await readRunbookFiles(given, io);
  let [changed, broken] = [0, 0];
  for (const file of files) {
    const { path, shown, text } = file;
    const formatted =
      file.isOtherEncoding === true ? { diagnostics: [encodingProblem(file)] } : formatRunbook(text, shown);
    if ("diagnostics" in formatted) {
      broken++;
      tellDiagnostics(formatted.diagnostics, err);
      continue;
    }
    if (formatted.isLeft === true) {
      err.line(`${shown} is left as it is: it could not be laid out without changing what it says`);
    }
    if (path === "-" && !isCheck) out.write(formatted.text);
    if (formatted.text === text) continue;
    changed++;
    if (path === "-" && !isCheck) continue;
    out.line(shown);
    if (!isCheck) writeFileSync(path, formatted.text);
  }
  if (isCheck && changed > 0)
    err.line(`${countText(changed, "runbook")} of ${files.length} not laid out by \`runbook fmt\``);
  if (broken > 0) return EXIT.badInput;
  return isCheck && changed > 0 ? EXIT.failed : EXIT.done;
}
