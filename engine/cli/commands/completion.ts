// Lets a shell complete what is typed: prints the script that it loads, and answers that script.

import { type Command, Option } from "commander";
import { withoutControls } from "../../source/display-text.ts";
import { CliError } from "../cli-error.ts";
import type { CliCommand } from "../command.ts";
import { candidates } from "../completion/command-line.ts";
import { completionScript, type Shell, SHELLS } from "../completion/scripts.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import type { Io } from "../io.ts";
import { Terminal } from "../terminal.ts";

export const completionCommand: CliCommand = {
  examples: [
    ["runbook completion bash", "for `source <(runbook completion bash)` in ~/.bashrc"],
    ["runbook completion zsh", "for `source <(runbook completion zsh)` in ~/.zshrc"],
    ["runbook completion fish", "for ~/.config/fish/completions/runbook.fish"],
  ],
  configure: (command) => {
    command
      .argument("[shell]", "whose script is printed")
      // What is typed stands behind `--` when the script asks.
      .allowExcessArguments()
      .addOption(
        new Option("--words <shell>", "what may come next, for the script's own use").choices(SHELLS).hideHelp(),
      )
      .usage(`<${SHELLS.join("|")}>`);
  },
  run: (command, io, argv) => complete(command, io, argv),
};

async function complete(command: Command, io: Io, argv: readonly string[]): Promise<ExitCode> {
  const out = new Terminal(io.stdout, io.env);
  const { words: asking } = command.opts<{ words?: Shell }>();
  if (asking !== undefined) {
    const typed = argv.slice(argv.indexOf("--") + 1);
    if (asking === "bash") for (const word of await bashWords(typed, io)) out.line(word);
    else
      for (const { value, about = "" } of await candidates(typed, io)) out.line(`${value}\t${withoutControls(about)}`);
    return EXIT.done;
  }
  const [shell] = command.processedArgs as [string?];
  const known = SHELLS.find((one) => one === shell);
  if (known === undefined || command.args.length > 1) {
    throw new CliError(EXIT.usage, "expected the name of a shell", `one of ${SHELLS.join(", ")}`);
  }
  out.write(completionScript(known));
  return EXIT.done;
}

/** Bash gives words as they are written, `--a=b` as three of them, and wants back what takes the place of the last. */
async function bashWords(pieces: readonly string[], io: Io): Promise<readonly string[]> {
  const line: string[] = [];
  let isOpen = false;
  for (const piece of pieces) {
    const isSign = piece === "=" || piece === ":";
    if ((isSign || (isOpen && piece !== "")) && line.length > 0) line.push(`${line.pop()}${unquoted(piece)}`);
    else line.push(unquoted(piece));
    isOpen = isSign;
  }
  const last = pieces.at(-1) ?? "";
  const kept = last === "=" || last === ":" ? "" : unquoted(last);
  const cutFrom = (line.at(-1) ?? "").length - kept.length;
  const found = (await candidates(line, io)).map(({ value }) => value.slice(cutFrom));
  return /^["']/.test(last) ? found : found.map((word) => word.replaceAll(/[\s"'`$&|;<>()\\*?[\]{}!#]/g, "\\$&"));
}

function unquoted(piece: string): string {
  return /^["']/.test(piece) ? piece.slice(1) : piece.replaceAll(/\\(.)/g, "$1");
}
