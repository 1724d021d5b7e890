// `--fault` and `--fault-plan`: what they say, as the injector that the emulator is opened with.

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { type Fault, faultText } from "../../emulator/faults/kinds.ts";
import { FaultInjector } from "../../emulator/faults/injector.ts";
import { CliError } from "../cli-error.ts";
import { tellDiagnostics } from "../diagnostic-formats.ts";
import { EXIT } from "../exit-code.ts";
import type { Io } from "../io.ts";
import { shownPath } from "../runbook-file.ts";
import { Terminal } from "../terminal.ts";
import type { FaultOptions } from "./fault-options.ts";
import { type FaultPlan, faultOfSpec, loadFaultPlan } from "./fault-plan.ts";

export function openFaults({ specs, plan }: FaultOptions, io: Io): FaultInjector {
  const read = plan === undefined ? { faults: [] } : readFaultPlan(plan, io);
  const given = specs.map((spec): Fault => {
    const fault = faultOfSpec(spec);
    if ("kind" in fault) return fault;
    throw new CliError(EXIT.usage, `--fault "${spec}": ${fault.problem}`, fault.hint);
  });
  return new FaultInjector({ ...read, faults: [...read.faults, ...given] });
}

function readFaultPlan(given: string, io: Io): FaultPlan {
  const path = resolve(io.cwd, given);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (thrown) {
    const why =
      (thrown as NodeJS.ErrnoException).code === "ENOENT" ? "there is no such file" : (thrown as Error).message;
    throw new CliError(EXIT.usage, `--fault-plan ${given}: ${why}`);
  }
  const { plan, diagnostics } = loadFaultPlan(text, shownPath(path, io.cwd));
  if (plan !== undefined) return plan;
  tellDiagnostics(diagnostics, new Terminal(io.stderr, io.env));
  throw new CliError(EXIT.badInput, `${given} is no fault plan that can be used`);
}

/** A fault that struck nothing tested nothing: whoever asked for it should know. */
export function tellIdleFaults(faults: FaultInjector, io: Pick<Io, "stderr" | "env">): void {
  const err = new Terminal(io.stderr, io.env);
  for (const { fault, matched, struck } of faults.tally) {
    if (struck > 0) continue;
    const why = matched === 0 ? "no request matched it" : `of ${matched} that matched it none was its turn`;
    err.line(`${err.paint(["bold", "yellow"], "warning:")} the fault "${faultText(fault)}" struck nothing: ${why}`);
  }
}
