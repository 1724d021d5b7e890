// Which process wrote something, so that another can tell whether it still lives.

import { readFile } from "node:fs/promises";
import { hostname } from "node:os";

export interface ProcessRecord {
  readonly pid: number;
  readonly host: string;
  /** Of this start of the machine and of the process, so that a number given to another process is noticed; Linux only. */
  readonly birth?: string;
}

export async function thisProcess(): Promise<ProcessRecord> {
  const birth = await birthOf(process.pid);
  return { pid: process.pid, host: hostname(), ...(birth !== undefined && { birth }) };
}

/** True when the process lives, and also when that cannot be found out: on another machine. */
export async function isAlive(record: ProcessRecord): Promise<boolean> {
  if (record.host !== hostname()) return true;
  try {
    process.kill(record.pid, 0);
  } catch (thrown) {
    // EPERM: it lives and belongs to somebody else.
    if ((thrown as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  const birth = await birthOf(record.pid);
  return record.birth === undefined || birth === undefined || record.birth === birth;
}

/** Boot id and start time in ticks since the boot (proc(5), field 22 of stat); absent where there is no /proc. */
async function birthOf(pid: number): Promise<string | undefined> {
  try {
    const boot = (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    // The name, field 2, may hold blanks and brackets; a zombie has ended.
    const [state, ...rest] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return state === "Z" ? "ended" : `${boot}/${rest[18]}`;
  } catch {
    return undefined;
  }
}
