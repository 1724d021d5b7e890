// Shows the order of a runbook's steps as waves: each may start when those before it that it names are done.

import { wavesOf } from "../../graph/graph.ts";
import type { CliCommand } from "../command.ts";
import { tellDiagnostics } from "../diagnostic-formats.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import type { Io } from "../io.ts";
import { loadFile, readRunbookFile } from "../runbook-file.ts";
import { Terminal } from "../terminal.ts";

export interface GraphOptions {
  readonly file?: string;
}

export const graphCommand: CliCommand = {
  examples: [
    ["runbook graph", "of the tutorial"],
    ["runbook graph vm.yaml", "of your own runbook"],
  ],
  configure: (command) => {
    command.argument("[file]", "the runbook; absent: the tutorial");
  },
  run: async (command, io) => {
    const [file] = command.processedArgs as [string?];
    return graph({ ...(file !== undefined && { file }) }, io);
  },
};

export async function graph(options: GraphOptions, io: Io): Promise<ExitCode> {
  const out = new Terminal(io.stdout, io.env);
  const { runbook, diagnostics } = loadFile(readRunbookFile(options.file, io));
  tellDiagnostics(diagnostics, new Terminal(io.stderr, io.env));
  if (runbook === undefined) return EXIT.badInput;
  const dependencies = new Map(runbook.steps.map((step) => [step.id, step.dependencies]));
  const { arrow, dot } = out.symbols;
  for (const [index, wave] of wavesOf(dependencies).entries()) {
    const steps = wave.map((id) => {
      const after = dependencies.get(id) ?? [];
      return after.length === 0 ? id : `${id} ${out.paint("dim", `${arrow} ${after.join(", ")}`)}`;
    });
    out.line(`${out.paint("bold", `wave ${index + 1}:`)} ${steps.join(` ${out.paint("dim", dot)} `)}`);
  }
  return EXIT.done;
}
