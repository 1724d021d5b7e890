/**
 * Runs inside the sandbox, as its first process: brings up the VM's network, which is three addresses that lead to the
 * emulator and to nothing else, then runs the script without any right over that network.
 * Imports nothing but Node's own modules: it is all there is.
 */
import { spawn, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";

interface Orders {
  /** Programs by their full paths. */
  readonly ip: string;
  readonly setpriv: string;
  readonly prlimit: string;
  readonly listeners: readonly { readonly address: string; readonly port: number; readonly socket: string }[];
  /** Where the script is to be, and what it is. */
  readonly file: string;
  readonly script: string;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly memoryBytes: number;
  readonly processes: number;
}

// Over a pipe: what a script is given may be secret, so it stands in no file and in no list of processes.
const orders = JSON.parse(readFileSync(0, "utf8")) as Orders;

/** Exit codes that no script can be mistaken for, because they are told on a stream of their own. */
function end(word: string): never {
  process.stderr.write(`${word}\n`);
  process.exit(125);
}

for (const args of [
  ["link", "set", "lo", "up"],
  ["address", "add", "169.254.169.254/32", "dev", "lo"],
]) {
  const { status, stderr } = spawnSync(orders.ip, args, { encoding: "utf8" });
  if (status !== 0) end(`the network of the sandbox cannot be made: ${stderr.trim()}`);
}

await Promise.all(
  orders.listeners.map(
    ({ address, port, socket }) =>
      new Promise<void>((resolve) => {
        const server = createServer((client) => {
          const emulator = connect(socket);
          const close = (): void => {
            client.destroy();
            emulator.destroy();
          };
          client.on("error", close).on("close", close);
          emulator.on("error", close).on("close", close);
          client.pipe(emulator).pipe(client);
        });
        server.on("error", (error) => end(`${address}:${port} cannot be served: ${error.message}`));
        server.listen(port, address, resolve);
      }),
  ),
);

const limits = [
  `--as=${orders.memoryBytes}`,
  `--fsize=${orders.memoryBytes}`,
  `--nproc=${orders.processes}`,
  "--nofile=256",
  "--core=0",
];
const drop = ["--bounding-set=-all", "--inh-caps=-all", "--no-new-privs"];
process.stdout.write(`${process.pid}\n`);
writeFileSync(orders.file, orders.script, { mode: 0o500 });
const child = spawn(
  orders.prlimit,
  [...limits, orders.setpriv, ...drop, ...interpreter(orders.script), orders.file, ...orders.argv],
  { stdio: ["ignore", 3, 4], env: { ...orders.env } },
);
child.on("error", (error) => end(`the script cannot be run: ${error.message}`));
child.on("exit", (code, signal) => {
  process.stdout.write(`${JSON.stringify({ exitCode: code ?? 128, ...(signal !== null && { signal }) })}\n`);
  process.exit(0);
});

/** As the kernel reads a first line of `#!`; without one it is a shell's. */
function interpreter(script: string): readonly string[] {
  const [first = ""] = script.split("\n", 1);
  const [, program, argument] = /^#!\s*(\S+)(?:\s+(.*\S))?\s*$/.exec(first) ?? [];
  if (program === undefined) return ["/bin/sh"];
  return argument === undefined ? [program] : [program, argument];
}
