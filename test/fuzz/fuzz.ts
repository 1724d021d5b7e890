// `npm run fuzz [count] [seed]`: breaks runbooks at random and holds the check and the formatter to what must hold of any
// text. Two processes share the work. Ends with 1 at the first text for which something does not hold, and shows it.

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { problemWith } from "./fuzz-case.ts";
import { mutated, randomFrom, seedTexts } from "./mutation.ts";

const [count = "20000", seed = "1", part] = process.argv.slice(2);
const PARTS = 2;

if (part === undefined) {
  const started = Date.now();
  const children = Array.from({ length: PARTS }, (_, index) =>
    spawn(process.execPath, [fileURLToPath(import.meta.url), count, seed, String(index)], { stdio: "inherit" }),
  );
  const codes = await Promise.all(
    children.map((child) => new Promise<number>((resolve) => child.once("close", (code) => resolve(code ?? 1)))),
  );
  const failed = codes.filter((code) => code !== 0).length;
  const seconds = ((Date.now() - started) / 1000).toFixed(0);
  process.stdout.write(
    `${count} broken runbooks in ${seconds} s, seed ${seed}: ${failed === 0 ? "all hold" : "failed"}\n`,
  );
  process.exitCode = failed === 0 ? 0 : 1;
} else {
  const texts = seedTexts();
  const random = randomFrom(Number(seed) * PARTS + Number(part));
  for (let done = 0; done < Number(count) / PARTS; done++) {
    const text = mutated(texts[Math.floor(random() * texts.length)]!, random);
    // Code that was not compiled yet takes longer: what is slow once is asked again.
    const problem = problemWith(text) && problemWith(text) && problemWith(text);
    if (problem === undefined) continue;
    process.stdout.write(`broken runbook ${done} of part ${part}: ${problem}\n${JSON.stringify(text)}\n`);
    process.exitCode = 1;
    break;
  }
}
