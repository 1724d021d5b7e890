// The options that say where a command works, and the opening of that place.

import { accessSync, constants, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Command, Option } from "commander";
import { diskReason } from "../run/journal/disk-reason.ts";
import { takeLock } from "../run/journal/lock.ts";
import type { Target } from "../azure/target.ts";
import { CliError } from "./cli-error.ts";
import { EXIT } from "./exit-code.ts";
import { type FaultOptions, hasFaults } from "./faults/fault-options.ts";
import { type GuestOption, openGuest } from "./guest-option.ts";
import type { Io } from "./io.ts";

export type TargetOptions =
  | { readonly target: "emulator"; readonly latency: "fast" | "real" }
  | {
      readonly target: "azure";
      readonly subscription?: string;
      /** A cloud's name, or a file that describes one. */
      readonly cloud: string;
    };

export function addTargetOptions(command: Command): void {
  command
    .addOption(new Option("-t, --target <target>", "where to work").choices(["emulator", "azure"]).default("emulator"))
    .option("--subscription <id>", "Azure: the subscription; absent: AZURE_SUBSCRIPTION_ID, or that of `az`")
    .option("--cloud <cloud>", "Azure: public, usgovernment, china, or a JSON file that describes another")
    .addOption(
      new Option("--latency <latency>", "emulator: answer fast, or take about as long as Azure").choices([
        "fast",
        "real",
      ]),
    );
}

export function targetOptionsOf(command: Command): TargetOptions {
  const { target, subscription, cloud, latency } = command.opts<{
    target: "emulator" | "azure";
    subscription?: string;
    cloud?: string;
    latency?: "fast" | "real";
  }>();
  const other = target === "emulator" ? { subscription, cloud } : { latency };
  for (const [name, value] of Object.entries(other)) {
    if (value === undefined) continue;
    const needed = target === "emulator" ? "azure" : "emulator";
    throw new CliError(EXIT.usage, `--${name} means something only with --target ${needed}`);
  }
  if (target === "emulator") return { target, latency: latency ?? "fast" };
  return { target, cloud: cloud ?? "public", ...(subscription !== undefined && { subscription }) };
}

/** The words that name a place on Azure again; those of the emulator are the default. */
export function targetWords(options: TargetOptions): readonly string[] {
  if (options.target === "emulator") return [];
  const { cloud, subscription } = options;
  return [
    "--target",
    "azure",
    ...(cloud === "public" ? [] : ["--cloud", cloud]),
    ...(subscription === undefined ? [] : ["--subscription", subscription]),
  ];
}

/** Where a command keeps what it made: runs and the emulator's state. */
export function stateDirectory(io: Pick<Io, "cwd">): string {
  return join(io.cwd, ".runbook");
}

/** For its owner alone, and never in a commit: the emulator's keys are in it. */
export function makeStateDirectory(io: Pick<Io, "cwd">, inside: string): string {
  const state = stateDirectory(io);
  const directory = join(state, inside);
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const ignored = join(state, ".gitignore");
    if (!existsSync(ignored)) writeFileSync(ignored, "*\n", { mode: 0o600 });
  } catch (thrown) {
    const message = `cannot write in ${state}: ${diskReason(notWritable(io.cwd) ?? thrown)}; nothing was sent`;
    throw new CliError(EXIT.failed, message, "runs and the emulator's state are kept there, below the current folder");
  }
  return directory;
}

/** Why nothing can be made in a folder: on a read-only one, to make a folder with its parents fails with "no such file". */
function notWritable(folder: string): unknown {
  try {
    accessSync(folder, constants.W_OK);
    return undefined;
  } catch (thrown) {
    return thrown;
  }
}

/** `doing` is told to whoever finds the emulator's state in use. */
export async function openTarget(
  options: TargetOptions,
  io: Io,
  doing: string,
  faults: FaultOptions = { specs: [] },
  guest?: GuestOption,
): Promise<Target> {
  if (options.target === "emulator") return openEmulator(options.latency, io, doing, faults, guest);
  if (guest !== undefined) throw new CliError(EXIT.usage, "--guest means something only on the emulator");
  if (hasFaults(faults)) {
    const name = faults.plan === undefined ? "--fault" : "--fault-plan";
    throw new CliError(EXIT.usage, `${name} means something only on the emulator`);
  }
  const [{ openAzureTarget, NoSubscriptionError }, { readCloud }] = await Promise.all([
    import("../azure/azure-target.ts"),
    import("./cloud-file.ts"),
  ]);
  try {
    const target = await openAzureTarget({
      cloud: readCloud(options.cloud, io),
      env: io.env,
      ...(options.subscription !== undefined && { subscriptionId: options.subscription }),
    });
    return { ...target, cloud: options.cloud };
  } catch (thrown) {
    if (!(thrown instanceof NoSubscriptionError)) throw thrown;
    const ways = "give --subscription, set AZURE_SUBSCRIPTION_ID, or choose one with `az account set`";
    throw new CliError(EXIT.usage, thrown.message, ways);
  }
}

/** Two processes with the emulator's state in memory would each write over what the other did. */
async function openEmulator(
  latency: "fast" | "real",
  io: Io,
  doing: string,
  faultOptions: FaultOptions,
  guestOption: GuestOption | undefined,
): Promise<Target> {
  const { openEmulatorTarget } = await import("../azure/emulator-target.ts");
  const injection = hasFaults(faultOptions) ? await import("./faults/open-faults.ts") : undefined;
  const faults = injection?.openFaults(faultOptions, io);
  const directory = makeStateDirectory(io, "emulator");
  const guest = guestOption && (await openGuest());
  const what = "the emulator's state in .runbook/emulator";
  const lock = await takeLock(directory, { what, doing, now: io.clock.now() });
  const target = await openEmulatorTarget({
    directory,
    latency,
    ...(faults && { faults }),
    ...(guest && { guest }),
    now: () => io.clock.now(),
    sleep: (ms) => io.clock.sleep(ms),
    description: "emulator (.runbook/emulator)",
  });
  const close = async (): Promise<void> => {
    if (faults) injection?.tellIdleFaults(faults, io);
    await target.close().finally(() => lock.release());
  };
  return { ...target, ...(guestOption && { guest: guestOption }), close };
}
