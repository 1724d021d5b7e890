import { expect } from "chai";
import { appendFile, chmod, mkdir, open, readFile, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { FileJournal, type JournalFile, readJournal } from "../../../engine/run/journal/file-journal.ts";
import { type JournalEntry, JournalFailure } from "../../../engine/run/journal.ts";
import { headerOf } from "../../support/journal-header.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const event = (step: string): JournalEntry => ({ kind: "event", event: { type: "step-started", step, at: 1 } });
const messageOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
  } catch (thrown) {
    expect(thrown).instanceOf(JournalFailure);
    return (thrown as Error).message;
  }
  throw new Error("nothing was thrown");
};

describe("the journal file", () => {
  const directory = temporaryDirectory();
  const path = (): string => join(directory(), "run", "journal.jsonl");
  const written = async (...steps: string[]): Promise<void> => {
    const journal = await FileJournal.create(path(), headerOf());
    for (const step of steps) journal.append(event(step));
    await journal.close();
  };

  it("is readable by its owner alone, and is JSON line by line", async () => {
    await written("one", "two");
    expect((await stat(path())).mode & 0o777).equal(0o600);
    const lines = (await readFile(path(), "utf8")).trimEnd().split("\n");
    expect(lines.map((line) => (JSON.parse(line) as { kind: string }).kind)).eql(["header", "event", "event"]);
    const { state } = await readJournal(path());
    expect(state.events.map((one) => "step" in one && one.step)).eql(["one", "two"]);
  });
  it("is gone on with after any cut in its last line", async () => {
    await written("one", "two");
    const whole = await readFile(path());
    const start = whole.lastIndexOf(10, whole.length - 2) + 1;
    for (const length of [start, start + 1, start + 20, whole.length - 1]) {
      await writeFile(path(), whole);
      await truncate(path(), length);
      const journal = await FileJournal.open(path());
      expect(journal.state.events.length, `cut at ${length}`).equal(1);
      journal.append(event("three"));
      await journal.close();
      expect((await readJournal(path())).state.events.length).equal(2);
    }
  });
  it("takes blocks that were never filled for a torn end", async () => {
    await written("one");
    await appendFile(path(), Buffer.alloc(512));
    expect((await readJournal(path())).state.events.length).equal(1);
  });
  it("is refused when a byte in its middle is wrong, whichever", async () => {
    await written("one", "two");
    const whole = await readFile(path());
    for (let at = 0; at < whole.length - 1; at += 7) {
      const bytes = Buffer.from(whole);
      bytes[at] = bytes[at]! ^ 1;
      await writeFile(path(), bytes);
      const line = whole.subarray(0, at).filter((byte) => byte === 10).length + 1;
      expect(await messageOf(readJournal(path())), `byte ${at}`).match(
        new RegExp(`^line ${line} of .* is damaged: its checksum does not fit; `),
      );
    }
  });
  it("is refused when a line is missing or stands twice", async () => {
    await written("one", "two", "three");
    const lines = (await readFile(path(), "utf8")).split("\n");
    for (const changed of [lines.toSpliced(2, 1), lines.toSpliced(2, 0, lines[2]!)]) {
      await writeFile(path(), changed.join("\n"));
      expect(await messageOf(readJournal(path()))).match(/^line [34] of .* is damaged/);
    }
  });
  it("says that nothing was sent when not even the header is whole", async () => {
    await mkdir(join(directory(), "run"));
    await writeFile(path(), '{"kind":"hea');
    expect(await messageOf(readJournal(path()))).match(/the run had not begun, and nothing was sent$/);
  });
  it("of another format is refused with the engine to use", async () => {
    const journal = FileJournal.create(path(), { ...headerOf({ engine: "9.9.9" }), format: 2 as never });
    expect(await messageOf(journal)).match(
      /has format 2, this engine reads 1: use the engine that began the run \(9\.9\.9\)/,
    );
  });
  it("does not begin twice in one place", async () => {
    await written();
    expect(await messageOf(FileJournal.create(path(), headerOf()))).match(/the file exists already/);
  });
  it("does not begin in a directory that cannot be written", async function () {
    const place = join(directory(), "closed");
    await mkdir(place);
    await chmod(place, 0o500);
    // Root may write everywhere; a file in the way stops root too.
    if (process.getuid?.() === 0) await writeFile(join(directory(), "run"), "");
    const target = process.getuid?.() === 0 ? path() : join(place, "run", "journal.jsonl");
    expect(await messageOf(FileJournal.create(target, headerOf()))).match(
      /^cannot write the journal .*: (permission denied|the file exists already|part of the path is a file, not a directory); nothing is sent that could not be recorded$/,
    );
    await chmod(place, 0o700);
  });
  it("does not begin on a full disk", async function () {
    const full = await open("/dev/full", "w").catch(() => this.skip());
    expect(await messageOf(FileJournal.create(path(), headerOf(), async () => full))).match(
      /^cannot write the journal .*: the disk is full; nothing is sent/,
    );
  });
  it("fails for good when the disk fills up, and writes nothing after the gap", async () => {
    const lines: string[] = [];
    let room = true;
    const file: JournalFile = {
      write: (async (bytes: Buffer) => {
        if (!room) throw Object.assign(new Error("no space"), { code: "ENOSPC" });
        lines.push(bytes.toString());
        return { bytesWritten: bytes.length, buffer: bytes };
      }) as JournalFile["write"],
      datasync: async () => {},
      truncate: async () => {},
      close: async () => {},
    };
    const journal = await FileJournal.create(path(), headerOf(), async () => file);
    room = false;
    journal.append(event("one"));
    expect(await messageOf(journal.durable())).match(/the disk is full/);
    room = true;
    journal.append(event("two"));
    expect(await messageOf(journal.durable())).match(/the disk is full/);
    expect(lines.length).equal(1);
  });
  it("shares one flush among all who wait at once", async () => {
    let syncs = 0;
    const journal = await FileJournal.create(path(), headerOf(), async (...how) => {
      const file = await open(...how);
      return {
        write: file.write.bind(file) as JournalFile["write"],
        close: () => file.close(),
        truncate: (length) => file.truncate(length),
        datasync: async () => {
          syncs++;
          await file.datasync();
        },
      };
    });
    const before = syncs;
    await Promise.all(
      Array.from({ length: 50 }, (_, index) => {
        journal.append(event(`s${index}`));
        return journal.durable();
      }),
    );
    expect(syncs - before).lessThan(3);
    await journal.close();
  });
});
