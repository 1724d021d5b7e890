// A process that lives a life of `crash-life.ts`, as it is told in its one argument, and writes what came of it.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type CrashOrder, live } from "./crash-life.ts";

const order = JSON.parse(process.argv[2]!) as CrashOrder;
await writeFile(join(order.run, "result.json"), JSON.stringify(await live(order)));
