// What the journal of a long run costs: steps that each read and write one resource, on a target that answers at once, with
// a journal on the disk. Repeat: npm run build && node bench/journal.mjs [steps]
//
// Prints, for a quarter, a half and all of the steps, the time for each step, also as a multiple of one append with fdatasync
// in the same process on the same disk, its flushes and its processor time; a cost that is linear stays the same down a column. Then the
// processor time of a resume that has it all recorded, the bytes on the disk for a step, and the memory of the process.

import { execFileSync } from "node:child_process";
import { mkdtempSync, openSync, writeSync, fdatasyncSync, closeSync, rmSync, statSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { executeRun } from "../dist/engine/run/execute.js";
import { FileJournal } from "../dist/engine/run/journal/file-journal.js";
import { prepareResume } from "../dist/engine/run/resume.js";
import { builtinSteps } from "../dist/engine/steps/builtin/index.js";

let before = process.cpuUsage();
const [shape, count] = [process.argv[2], Number(process.argv[3])];
if (shape === "wide" || shape === "chain") await measure(shape, count);
else report(Number(process.argv[2] ?? 10_000));

/** Each figure comes from a process of its own, so that none has the memory of another. */
function report(most) {
  const rows = [];
  for (const kind of ["chain", "wide"])
    for (const steps of [most / 4, most / 2, most]) {
      const argv = [fileURLToPath(import.meta.url), kind, String(steps)];
      rows.push(JSON.parse(execFileSync(process.execPath, argv, { encoding: "utf8" })));
    }
  const titles = [
    "shape",
    "steps",
    "fdatasync us",
    "run us",
    "x fdatasync",
    "flushes",
    "cpu us",
    "resume cpu us",
    "bytes",
    "MB",
  ];
  const widths = [5, 6, 12, 8, 11, 7, 8, 13, 7, 12];
  const line = (cells) => `${cells.map((cell, index) => String(cell).padStart(widths[index])).join("  ")}\n`;
  process.stdout.write(line(titles));
  for (const { shape: kind, steps, fdatasync, run, syncs, cpu, resume, bytes, rss, rssBefore } of rows) {
    const numbers = [fdatasync, run].map((value) => value.toFixed(0));
    const rest = [
      (run / fdatasync).toFixed(2),
      syncs.toFixed(2),
      ...[cpu, resume, bytes].map((value) => value.toFixed(0)),
    ];
    process.stdout.write(
      line([kind, steps, ...numbers, ...rest, `${rss.toFixed(0)} (+${(rss - rssBefore).toFixed(0)})`]),
    );
  }
}

async function measure(kind, total) {
  const directory = mkdtempSync(join(tmpdir(), "runbook-bench-"));
  const path = join(directory, "run", "journal.jsonl");
  try {
    const rssBefore = memory();
    const record = { name: "bench", text: "", hash: "0" };
    const target = { kind: "emulator", description: "bench", subscriptionId: "s" };
    const header = { kind: "header", format: 1, run: "bench", at: 0, engine: "0", runbook: record, inputs: {}, target };
    const steps = Array.from({ length: total }, (_, index) => ({
      id: `s${index}`,
      uses: "create-uami",
      dependencies: kind === "chain" && index > 0 ? [`s${index - 1}`] : [],
      inputs: () => ({ resourceGroup: "g", name: `id${index}`, location: "eastus" }),
    }));
    const live = (journal, perform, resume) =>
      executeRun({
        runbook: "bench",
        target: "bench",
        steps,
        registry: builtinSteps,
        inputs: {},
        outputs: () => null,
        performer: () => perform,
        journal,
        clock: { now: Date.now, sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) },
        concurrency: 64,
        onEvent: () => {},
        ...(resume && { resume }),
      });
    let flushes = 0;
    const counting = async (...how) => {
      const file = await open(...how);
      const datasync = () => (flushes++, file.datasync());
      return { write: file.write.bind(file), truncate: file.truncate.bind(file), close: () => file.close(), datasync };
    };
    const journal = await FileJournal.create(path, header, counting);
    processorTime();
    const start = process.hrtime.bigint();
    const { status } = await live(journal, answer);
    const run = since(start) / total;
    const cpu = processorTime() / total;
    const rss = memory();
    const syncs = flushes / total;
    await journal.close();
    if (status !== "done") throw new Error(`the run ended ${status}`);
    // As if the process had died before it wrote that the run is done.
    const bytes = statSync(path).size / total;
    cutLastLine(path);
    processorTime();
    const again = await FileJournal.open(path);
    const now = { engine: "0", now: 0, runbook: record, target, inputs: {}, steps, accept: false };
    const resumed = await live(
      again,
      () => Promise.reject(new Error("a resume sent something")),
      prepareResume(again, now),
    );
    const resume = processorTime() / total;
    await again.close();
    if (resumed.status !== "done") throw new Error(`the resumed run ended ${resumed.status}`);
    const fdatasync = flushAlone(join(directory, "flushed"), bytes);
    process.stdout.write(
      `${JSON.stringify({ shape: kind, steps: total, run, syncs, cpu, resume, fdatasync, bytes, rss, rssBefore })}\n`,
    );
  } finally {
    rmSync(directory, { recursive: true });
  }
}

async function answer({ name, input }) {
  if (name === "get") return { status: 404, body: null };
  const properties = { principalId: "p", clientId: "c", tenantId: "t", provisioningState: "Succeeded" };
  return { status: 201, body: { id: input.id, name: input.id, location: "eastus", properties } };
}

/** One append and one flush for what a step writes, in microseconds. */
function flushAlone(path, bytes) {
  const file = openSync(path, "a");
  const line = Buffer.alloc(Math.round(bytes), 97);
  const start = process.hrtime.bigint();
  let times = 0;
  // A busy disk takes its time; half a second is enough to know.
  while (times < 2_000 && since(start) < 500_000) {
    writeSync(file, line);
    fdatasyncSync(file);
    times++;
  }
  closeSync(file);
  return since(start) / times;
}

function cutLastLine(path) {
  const text = execFileSync("tail", ["-n", "1", path]);
  execFileSync("truncate", ["-s", `-${text.length}`, path]);
}

function since(start) {
  return Number(process.hrtime.bigint() - start) / 1e3;
}

/** Of this process since it was asked the last time, in microseconds. */
function processorTime() {
  const { user, system } = process.cpuUsage(before);
  before = process.cpuUsage();
  return user + system;
}

function memory() {
  return process.memoryUsage.rss() / 1024 / 1024;
}
