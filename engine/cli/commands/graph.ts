// Shows the order of a runbook's steps as waves: each may start when those before it that it names are done.

import { Option } from "commander";
import { wavesOf } from "../../graph/graph.ts";
import type { Runbook } from "../../runbook/model.ts";
import type { CliCommand } from "../command.ts";
import { tellDiagnostics } from "../diagnostic-formats.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import type { Io } from "../io.ts";
import { loadFile, readRunbookFile } from "../runbook-file.ts";
import { Terminal } from "../terminal.ts";

const FORMATS = ["waves", "dot", "mermaid", "svg", "json"] as const;

export interface GraphOptions {
  readonly file?: string;
  readonly format: (typeof FORMATS)[number];
}

export const graphCommand: CliCommand = {
  examples: [
    ["runbook graph", "of the tutorial"],
    ["runbook graph vm.yaml", "of your own runbook"],
    ["runbook graph vm.yaml --format svg > vm.svg", "as a picture"],
  ],
  configure: (command) => {
    command.argument("[file]", "the runbook; absent: the tutorial");
    command.addOption(new Option("--format <format>", "as what").choices(FORMATS).default("waves"));
  },
  run: async (command, io) => {
    const [file] = command.processedArgs as [string?];
    const { format } = command.opts<{ format: GraphOptions["format"] }>();
    return graph({ format, ...(file !== undefined && { file }) }, io);
  },
};

export async function graph(options: GraphOptions, io: Io): Promise<ExitCode> {
  const out = new Terminal(io.stdout, io.env);
  const { runbook, diagnostics } = await loadFile(readRunbookFile(options.file, io));
  tellDiagnostics(diagnostics, new Terminal(io.stderr, io.env));
  if (runbook === undefined) return EXIT.badInput;
  if (options.format !== "waves") {
    out.write(await picture(runbook, options.format));
    return EXIT.done;
  }
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

async function picture(runbook: Runbook, format: Exclude<GraphOptions["format"], "waves">): Promise<string> {
  const nodes = runbook.steps.map(({ id, uses, dependencies }) => ({ id, note: uses, waitsFor: dependencies }));
  if (format === "svg") {
    const { graphSvg } = await import("../../report/graph-svg.ts");
    return `${(await graphSvg(nodes, { linked: false, standalone: true })).text}\n`;
  }
  const { dotText, graphJson, mermaidText } = await import("../../report/graph-text.ts");
  return format === "dot" ? dotText(runbook.name, nodes) : format === "json" ? graphJson(nodes) : mermaidText(nodes);
}
