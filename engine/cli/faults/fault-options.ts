// `--fault` and `--fault-plan` as options of a command. What they say is read only when one is given (`open-faults.ts`).

import { type Command, Option } from "commander";

export interface FaultOptions {
  readonly specs: readonly string[];
  readonly plan?: string;
}

export function addFaultOptions(command: Command): void {
  const all = (spec: string, before: readonly string[] = []): readonly string[] => [...before, spec];
  command
    .addOption(
      new Option("--fault <spec>", "emulator: inject a fault, such as `reset PUT */virtualMachines/*`").argParser(all),
    )
    .addOption(new Option("--fault-plan <file>", "emulator: inject those of a file"));
}

export function faultOptionsOf(command: Command): FaultOptions {
  const { fault = [], faultPlan } = command.opts<{ fault?: readonly string[]; faultPlan?: string }>();
  return { specs: fault, ...(faultPlan !== undefined && { plan: faultPlan }) };
}

export function hasFaults({ specs, plan }: FaultOptions): boolean {
  return specs.length > 0 || plan !== undefined;
}
