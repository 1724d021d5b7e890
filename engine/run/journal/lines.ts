// One line of a journal: JSON whose last member is a checksum. Each checksum goes on from the one before it, so that a
// line that is changed, lost, moved or doubled is noticed.

import { crc32 } from "node:zlib";
import { parseJson } from "../../value/json.ts";
import { type JournalEntry, JournalFailure } from "../journal.ts";

const SUFFIX = /,"sum":"([0-9a-f]{8})"\}$/;

export interface EncodedLine {
  /** With the line break at its end. */
  readonly text: string;
  readonly sum: number;
}

export function encodeLine(entry: JournalEntry, previous: number): EncodedLine {
  const json = JSON.stringify(entry);
  const sum = crc32(json, previous);
  return { text: `${json.slice(0, -1)},"sum":"${hex(sum)}"}\n`, sum };
}

export interface DecodedLines {
  readonly entries: readonly JournalEntry[];
  /** Checksum of the last whole line, from which the next one goes on. */
  readonly sum: number;
  /** Bytes of the whole lines; what follows them is a write that was cut short. */
  readonly length: number;
}

/**
 * Reads the lines of a journal. What a crash leaves at the end (part of a line, or blocks that were never filled) is left
 * out; anything else that is wrong throws a `JournalFailure` that names the line.
 */
export function decodeLines(content: Buffer, path: string): DecodedLines {
  const entries: JournalEntry[] = [];
  let sum = 0;
  let length = 0;
  while (length < content.length) {
    const end = content.indexOf(10, length);
    const line = end === -1 ? undefined : content.toString("utf8", length, end);
    const found = line === undefined ? undefined : SUFFIX.exec(line);
    const json = line === undefined || !found ? undefined : `${line.slice(0, found.index)}}`;
    const expected = json === undefined ? undefined : crc32(json, sum);
    if (json === undefined || expected === undefined || found?.[1] !== hex(expected)) {
      if (end === -1 || isUnfilled(content, length, end)) break;
      throw damaged(path, entries.length + 1);
    }
    entries.push(parseJson(json) as unknown as JournalEntry);
    sum = expected;
    length = end + 1;
  }
  return { entries, sum, length };
}

/** Blocks that the disk had not filled when the power went read as zeros; no line holds a zero byte. */
function isUnfilled(content: Buffer, start: number, end: number): boolean {
  return content.subarray(start, end).includes(0);
}

function damaged(path: string, line: number): JournalFailure {
  return new JournalFailure(
    `line ${line} of ${path} is damaged: its checksum does not fit; the run cannot be resumed from this file (bring back a copy of it; the lines before ${line} still tell what the run made)`,
  );
}

const hex = (sum: number): string => sum.toString(16).padStart(8, "0");
