// A lock that a process holds on a directory: a run's, or an emulator's state. It outlives a killed owner, is then taken
// over, and never by two at once.
//
// Each owner has a file `lock.<n>`; the one with the highest number counts. To take the lock is to create the next number,
// which only one can do. Numbers are never used again: a release leaves its file behind, marked. So whoever acts on an old
// view of the directory finds its number taken, or a higher one beside it.

import { link, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { JournalFailure } from "../journal.ts";
import { diskReason } from "./disk-reason.ts";
import { isAlive, type ProcessRecord, thisProcess } from "./process-record.ts";

export interface LockOwner extends ProcessRecord {
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** What the owner is doing, for example `runbook run vm.yaml`. */
  readonly doing: string;
}

/** Somebody else holds the lock. */
export class Locked extends JournalFailure {
  readonly owner: LockOwner;
  constructor(what: string, owner: LockOwner, directory: string) {
    const here = owner.host === hostname();
    const where = here ? "" : ` on ${owner.host}`;
    const advice = here
      ? "wait for it to end, or stop it"
      : `if that machine is gone for good, remove ${join(directory, "lock.*")}`;
    super(
      `${what} is in use by process ${owner.pid}${where} (${owner.doing}), since ${new Date(owner.since).toISOString()}; ${advice}`,
    );
    this.owner = owner;
  }
}

export interface Lock {
  release(): Promise<void>;
}

export interface LockOptions {
  /** Names the locked thing in a message: `run 20260101-…`. */
  readonly what: string;
  readonly doing: string;
  readonly now: number;
}

/** Takes the lock of a directory, or throws `Locked`. */
export async function takeLock(directory: string, options: LockOptions): Promise<Lock> {
  const owner: LockOwner = { ...(await thisProcess()), since: options.now, doing: options.doing };
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    for (;;) {
      const highest = Math.max(0, ...(await numbersIn(directory)));
      const holder = highest === 0 ? undefined : await ownerIn(directory, highest);
      if (holder && (await isAlive(holder))) throw new Locked(options.what, holder, directory);
      const mine = highest + 1;
      if (!(await createWhole(directory, mine, owner))) continue;
      // Somebody who saw a newer directory may have gone past this number already.
      if (Math.max(...(await numbersIn(directory))) > mine) {
        await rm(fileOf(directory, mine), { force: true });
        continue;
      }
      for (const number of await numbersIn(directory)) {
        if (number < mine) await rm(fileOf(directory, number), { force: true });
      }
      return { release: () => writeFile(fileOf(directory, mine), "null") };
    }
  } catch (thrown) {
    if (thrown instanceof JournalFailure) throw thrown;
    throw new JournalFailure(`cannot lock ${directory}: ${diskReason(thrown)}; nothing was sent`);
  }
}

/** Who holds the lock of a directory now; absent when nobody does, or who did is dead. */
export async function lockOwner(directory: string): Promise<LockOwner | undefined> {
  const highest = Math.max(0, ...(await numbersIn(directory).catch(() => [])));
  const owner = highest === 0 ? undefined : await ownerIn(directory, highest);
  return owner && (await isAlive(owner)) ? owner : undefined;
}

const fileOf = (directory: string, number: number): string => join(directory, `lock.${number}`);

async function numbersIn(directory: string): Promise<readonly number[]> {
  return (await readdir(directory)).flatMap((name) => {
    const found = /^lock\.(\d+)$/.exec(name);
    return found ? [Number(found[1])] : [];
  });
}

async function ownerIn(directory: string, number: number): Promise<LockOwner | undefined> {
  try {
    const owner = JSON.parse(await readFile(fileOf(directory, number), "utf8")) as LockOwner | null;
    return owner ?? undefined;
  } catch {
    // Gone (a higher one is there), or released this moment.
    return undefined;
  }
}

/** Creates the file with its content at once, so that nobody reads half of it. False when the number is taken. */
async function createWhole(directory: string, number: number, owner: LockOwner): Promise<boolean> {
  const draft = join(directory, `.lock-${owner.pid}-${number}`);
  await writeFile(draft, JSON.stringify(owner), { mode: 0o600 });
  try {
    await link(draft, fileOf(directory, number));
    return true;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw thrown;
  } finally {
    await rm(draft, { force: true });
  }
}
