// Serves the emulator to other programs, until it is stopped.

import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { isIP } from "node:net";
import { join, relative } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { WebRequest, WebResponse } from "../../emulator/doors/web-door.ts";
import { takeLock } from "../../run/journal/lock.ts";
import { CliError } from "../cli-error.ts";
import type { CliCommand } from "../command.ts";
import { accessLines, type EmulatorAccess, makeEphemeralDirectory, writeAccess } from "../emulator-access.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { addFaultOptions, type FaultOptions, faultOptionsOf, hasFaults } from "../faults/fault-options.ts";
import { addGuestOption, type GuestOption, openGuest } from "../guest-option.ts";
import type { Io } from "../io.ts";
import { makeStateDirectory } from "../target-options.ts";
import { Terminal } from "../terminal.ts";

export interface EmulatorCommandOptions {
  /** Absent: that of the last time, or any. */
  readonly port?: number;
  readonly host: string;
  readonly othersMayReachIt: boolean;
  readonly http: boolean;
  readonly latency: "fast" | "real";
  /** Absent: as Azure does when the latency is real. */
  readonly throttling?: "azure" | "off";
  readonly ephemeral: boolean;
  readonly reset: boolean;
  readonly faults: FaultOptions;
  readonly guest?: GuestOption;
  readonly json: boolean;
}

export const emulatorCommand: CliCommand = {
  examples: [
    ["runbook emulator", "for az, curl and SDKs, until Ctrl-C"],
    ["runbook emulator --ephemeral --json", "for a test, on a free port, with nothing kept"],
    ["runbook emulator --fault 'throttle */write times=3'", "an Azure on a bad day"],
  ],
  configure: (command) => {
    command
      .option("-p, --port <n>", "the port; absent: that of the last time, or a free one", portNumber)
      .option("--host <address>", "the address to listen at", "127.0.0.1")
      .option("--others-may-reach-it", "allow an address that is not of this machine alone", false)
      .option("--http", "serve plain HTTP beside HTTPS", false)
      .addOption(
        new Option("--latency <latency>", "answer fast, or take about as long as Azure")
          .choices(["fast", "real"])
          .default("fast"),
      )
      .addOption(
        new Option(
          "--throttling <how>",
          "refuse too many requests as Azure does, or none; absent: as Azure when the latency is real",
        ).choices(["azure", "off"]),
      )
      .option("--ephemeral", "keep nothing: begin empty, leave nothing", false)
      .option("--reset", "begin empty, and keep what is made from then on", false)
      .option("--json", "tell as JSON lines on standard output", false);
    addFaultOptions(command);
    addGuestOption(command);
  },
  run: (command, io) => serve(optionsOf(command), io),
};

function optionsOf(command: Command): EmulatorCommandOptions {
  const given = command.opts<Omit<EmulatorCommandOptions, "faults">>();
  return { ...given, faults: faultOptionsOf(command) };
}

function portNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0 || value > 65_535)
    throw new InvalidArgumentError("Expected a port from 0 to 65535.");
  return value;
}

export async function serve(options: EmulatorCommandOptions, io: Io): Promise<ExitCode> {
  requireLoopback(options);
  const directory = makeStateDirectory(io, "emulator");
  const what = "the emulator's state in .runbook/emulator";
  // One that keeps nothing shares no state; it only reads the keys.
  const lock = options.ephemeral
    ? undefined
    : await takeLock(directory, { what, doing: "runbook emulator", now: io.clock.now() });
  try {
    if (options.reset) for (const name of STATE_FILES) rmSync(join(directory, name), { force: true });
    return await open(options, directory, io);
  } finally {
    await lock?.release();
  }
}

const STATE_FILES = ["state.json", "changes.jsonl", "requests.jsonl", "requests.1.jsonl"];

function requireLoopback({ host, othersMayReachIt }: EmulatorCommandOptions): void {
  if (host === "localhost" || (isIP(host) > 0 && /^(127\.|::1$)/.test(host))) return;
  if (othersMayReachIt) return;
  throw new CliError(
    EXIT.usage,
    `${host} is not an address of this machine alone: whoever can reach it could use the emulator`,
    "if that is what you want, add --others-may-reach-it",
  );
}

async function open(options: EmulatorCommandOptions, directory: string, io: Io): Promise<ExitCode> {
  const [{ Emulator }, { openHttpsDoor, openHttpDoor }, { MetadataDoors }, { keptAuthority }] = await Promise.all([
    import("../../emulator/emulator.ts"),
    import("../../emulator/doors/https.ts"),
    import("../../emulator/doors/metadata.ts"),
    import("../../emulator/doors/authority.ts"),
  ]);
  const injection = hasFaults(options.faults) ? await import("../faults/open-faults.ts") : undefined;
  const faults = injection?.openFaults(options.faults, io);
  const authority = keptAuthority(directory);
  await Emulator.prepare(directory);
  const guest = options.guest && (await openGuest());
  let follow = (): void => {};
  const emulator = Emulator.open({
    keysDirectory: directory,
    ...(!options.ephemeral && { directory }),
    latency: options.latency,
    ...(options.throttling && { throttling: options.throttling }),
    ...(faults && { faults }),
    ...(guest && { guest }),
    now: () => io.clock.now(),
    sleep: (ms) => io.clock.sleep(ms),
    onWrite: () => follow(),
  });
  const { host } = options;
  const aside = (request: WebRequest): Promise<WebResponse> | undefined =>
    /^\/+faults\/?($|\?)/.test(request.url)
      ? import("../faults/fault-door.ts").then((d) => d.answerFaults(emulator.faults, emulator.operator, request))
      : undefined;
  const { port: wanted, ephemeral } = options;
  const kept = (name: string): string | undefined => (ephemeral ? undefined : join(directory, name));
  const door = await listening(wanted, kept("port"), (port) =>
    openHttpsDoor(emulator, { host, port, authority, aside }),
  );
  const http = options.http
    ? await listening(undefined, kept("http-port"), (port) => openHttpDoor(emulator, { host, port, aside }))
    : undefined;
  const accessDirectory = ephemeral ? makeEphemeralDirectory(directory) : directory;
  const access = writeAccess(
    accessDirectory,
    {
      url: door.url,
      ...(http && { httpUrl: http.url }),
      tenantId: emulator.tenantId,
      subscriptionId: emulator.subscriptionId,
      clientId: emulator.operator.clientId,
      caFile: authority.certFile,
    },
    emulator.operator.clientSecret,
  );
  const teller = options.json ? jsonTeller(io) : humanTeller(io);
  const metadata = new MetadataDoors(emulator, { port: door.port, onChange: (now) => teller.metadata(now) });
  teller.started(access, options);
  follow = () => void metadata.follow();
  await metadata.follow();
  await interrupted(io);
  follow = () => {};
  await Promise.all([door.close(), http?.close(), metadata.close()]);
  emulator.close();
  if (ephemeral) rmSync(accessDirectory, { recursive: true, force: true });
  if (faults) injection?.tellIdleFaults(faults, io);
  teller.stopped();
  return EXIT.done;
}

/** On the port asked for; or on that of the last time, so that what was set for it still holds; or on any. */
async function listening<T extends { readonly port: number }>(
  port: number | undefined,
  /** Where the port is kept; absent: nowhere. */
  file: string | undefined,
  at: (port: number) => Promise<T>,
): Promise<T> {
  if (port !== undefined) {
    return at(port).catch((thrown: unknown) => {
      const { code } = thrown as NodeJS.ErrnoException;
      if (code === "EADDRINUSE") throw new CliError(EXIT.failed, `port ${port} is in use`, "name another, or none");
      throw thrown;
    });
  }
  const last = file !== undefined && existsSync(file) ? Number(readFileSync(file, "utf8")) : 0;
  const door = await at(Number.isSafeInteger(last) && last > 0 && last < 65_536 ? last : 0).catch(() => at(0));
  if (file !== undefined) writeFileSync(file, String(door.port), { mode: 0o600 });
  return door;
}

function interrupted(io: Io): Promise<void> {
  return new Promise((resolve) => {
    const stop = io.onInterrupt(() => {
      stop();
      resolve();
    });
  });
}

interface Teller {
  started(access: EmulatorAccess, options: EmulatorCommandOptions): void;
  metadata(addresses: readonly { readonly vm: string; readonly url: string }[]): void;
  stopped(): void;
}

function jsonTeller(io: Io): Teller {
  const out = new Terminal(io.stdout, io.env);
  const tell = (line: object): void => out.line(JSON.stringify(line));
  return {
    started: (access, { latency, ephemeral }) =>
      tell({ type: "emulator-started", ...access, latency, ephemeral, pid: process.pid }),
    metadata: (addresses) => tell({ type: "metadata-addresses", addresses }),
    stopped: () => tell({ type: "emulator-stopped" }),
  };
}

function humanTeller(io: Io): Teller {
  const out = new Terminal(io.stdout, io.env);
  const shown = (file: string): string => relative(io.cwd, file);
  return {
    started(access, { latency, ephemeral }) {
      const kept = ephemeral ? "nothing is kept" : "state in .runbook/emulator";
      out.line(`${out.paint("bold", `Azure emulator at ${access.url}`)} (${kept}, latency ${latency})`);
      if (access.httpUrl !== undefined) out.line(`  plain HTTP    ${access.httpUrl}`);
      out.line(`  tenant        ${access.tenantId}`);
      out.line(`  subscription  ${access.subscriptionId}`);
      out.line(`  client        ${access.clientId}, its secret is in ${shown(access.secretFile)}`);
      out.line(`  requests      ${ephemeral ? "not recorded" : ".runbook/emulator/requests.jsonl"}`);
      for (const [who, lines] of accessLines(access, shown)) {
        out.line(out.paint("bold", who));
        for (const line of lines) out.line(`  ${line}`);
      }
      out.line("Ctrl-C stops it.");
    },
    metadata(addresses) {
      for (const { vm, url } of addresses) out.line(`metadata of ${vm.slice(vm.lastIndexOf("/") + 1)}: ${url}`);
    },
    stopped: () => out.line("stopped"),
  };
}
