/** `npm run replay [file…]`: plays the recordings of AZURE_RECORDINGS_DIR and prints what differs. */
import { readRecording, recordingsIn } from "./recording.ts";
import { replay } from "./replay.ts";

const directory = process.env["AZURE_RECORDINGS_DIR"];
const files = process.argv.slice(2);
if (directory === undefined && files.length === 0) {
  process.stdout.write("SKIPPED: AZURE_RECORDINGS_DIR is not set and no file is named, so no recording was played\n");
  process.exit(0);
}
const recordings = files.length
  ? files.map(readRecording).filter((r) => r !== undefined)
  : recordingsIn(directory ?? "");
let exchanges = 0;
let fields = 0;
let clean = 0;
for (const recording of recordings) {
  const played = await replay(recording);
  for (const [index, { exchange, comparison, refused }] of played.entries()) {
    exchanges += 1;
    fields += comparison.fields;
    if (comparison.differences.length === 0) clean += 1;
    else
      process.stdout.write(
        `${recording.name} #${index} ${exchange.method} ${exchange.url}\n${comparison.differences.map((d) => `    ${d}\n`).join("")}${refused.map((r) => `    not made: ${r}\n`).join("")}`,
      );
  }
}
process.stdout.write(
  `${exchanges} exchanges, ${fields} fields compared, ${exchanges - clean} exchanges with differences (${((100 * clean) / Math.max(1, exchanges)).toFixed(1)} % without)\n`,
);
// What Azure does that the emulator cannot is little.
if (clean < 0.95 * exchanges) process.exitCode = 1;
