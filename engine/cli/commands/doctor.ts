// Looks at this machine for what would get in the way of a run. Contacts nobody, unless `--target azure` is given.

import type { Command } from "commander";
import type { CliCommand } from "../command.ts";
import { type Finding, fine } from "../doctor/finding.ts";
import { clockFinding, loopbackFinding, nodeFinding, terminalFinding } from "../doctor/machine.ts";
import { azFinding, azureFindings, environmentFinding } from "../doctor/sign-in.ts";
import { stateFindings } from "../doctor/state.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import type { Io } from "../io.ts";
import { packageVersion } from "../package-root.ts";
import { addTargetOptions, openTarget, type TargetOptions, targetOptionsOf } from "../target-options.ts";
import { Terminal } from "../terminal.ts";
import { fit, widthOf } from "../views/text-fit.ts";

export interface DoctorOptions {
  readonly target: TargetOptions;
  readonly json: boolean;
}

export const doctorCommand: CliCommand = {
  examples: [
    ["runbook doctor", "Node, terminal, files, ways to sign in; contacts nobody"],
    ["runbook doctor --target azure", "signs in too, and compares the clocks"],
  ],
  configure: (command) => {
    addTargetOptions(command);
    command.option("--json", "print it as JSON instead");
  },
  run: (command, io) => doctor(optionsOf(command), io),
};

function optionsOf(command: Command): DoctorOptions {
  return { target: targetOptionsOf(command), json: command.opts<{ json?: true }>().json === true };
}

export async function doctor({ target, json }: DoctorOptions, io: Io): Promise<ExitCode> {
  const findings: Finding[] = [
    fine("runbook", packageVersion()),
    nodeFinding(process.version),
    terminalFinding(io),
    ...(await stateFindings(io)),
    await loopbackFinding(io.env),
    clockFinding(io.clock.now()),
    azFinding(io),
    environmentFinding(io),
  ];
  let isSignedIn = true;
  if (target.target === "azure") {
    const azure = await openTarget(target, io, "runbook doctor");
    try {
      const asked = await azureFindings(azure, io);
      findings.push(...asked.findings);
      ({ isSignedIn } = asked);
    } finally {
      await azure.close();
    }
  }
  const out = new Terminal(io.stdout, io.env);
  if (json) out.line(JSON.stringify(findings, undefined, 2));
  else tell(findings, out);
  if (!isSignedIn) return EXIT.notAllowed;
  return findings.some(({ state }) => state === "wrong") ? EXIT.failed : EXIT.done;
}

const COLORS = { fine: "green", note: "yellow", wrong: "red" } as const;

function tell(findings: readonly Finding[], out: Terminal): void {
  const signs = { fine: out.symbols.done, note: "!", wrong: out.symbols.failed };
  const width = Math.max(...findings.map(({ about }) => widthOf(about)));
  for (const { about, state, found, advice } of findings) {
    out.line(`${out.paint(COLORS[state], signs[state])} ${fit(about, width)}  ${found}`);
    if (advice !== undefined) out.line(`${" ".repeat(width + 4)}${out.paint("cyan", "hint:")} ${advice}`);
  }
}
