// What a run writes down, as data. The lines of a file in `journal/`; a driver needs no more than the port below.

import type { Json } from "../value/json.ts";
import type { Completion, Unkeyed } from "./driver.ts";
import type { RunEvent } from "./events.ts";

/** Of the file's form. A reader refuses any other. */
export const JOURNAL_FORMAT = 1;

/** A text and what it is compared by. */
export interface RunbookRecord {
  readonly name: string;
  /** As it was named to the engine; absent for a runbook that was built by a program. */
  readonly file?: string;
  readonly text: string;
  /** SHA-256 of the text, hexadecimal. */
  readonly hash: string;
}

export interface TargetRecord {
  readonly kind: "azure" | "emulator";
  readonly description: string;
  readonly subscriptionId: string;
}

/** The first line of a journal: all that is needed to go on without whoever started the run. */
export interface JournalHeader {
  readonly kind: "header";
  readonly format: typeof JOURNAL_FORMAT;
  readonly run: string;
  readonly at: number;
  /** Version of the engine that began the run. */
  readonly engine: string;
  readonly runbook: RunbookRecord;
  /** Secrets among them as handles. */
  readonly inputs: Readonly<Record<string, Json>>;
  readonly target: TargetRecord;
}

export type JournalEntry =
  | JournalHeader
  /** Another process takes the run up. What is present has changed. */
  | {
      readonly kind: "resumed";
      readonly at: number;
      readonly engine: string;
      readonly runbook?: RunbookRecord;
      readonly inputs?: Readonly<Record<string, Json>>;
    }
  /** A step, or one item of it, is begun anew: what was recorded of it is history, and is not replayed. */
  | { readonly kind: "discarded"; readonly step: string }
  /** Written before a mutation is sent: whoever resumes without a completion of the same key must look first. */
  | { readonly kind: "intent"; readonly key: string; readonly digest: string; readonly operation: Unkeyed }
  | { readonly kind: "timer"; readonly key: string; readonly digest: string; readonly dueAt: number }
  /** Somebody's word is waited for. */
  | {
      readonly kind: "signal";
      readonly key: string;
      readonly digest: string;
      readonly message: string;
      readonly askedAt: number;
    }
  | ({ readonly kind: "completion"; readonly digest: string; readonly operation?: Unkeyed } & Completion)
  | { readonly kind: "event"; readonly event: RunEvent };

export interface Journal {
  /** Keeps order and returns at once. */
  append(entry: JournalEntry): void;
  /** Resolves when everything appended so far is on the disk. Rejects with a `JournalFailure`; nothing is written after one. */
  durable(): Promise<void>;
}

/** The journal cannot be written or read: nothing more may be sent. The message is for the user. */
export class JournalFailure extends Error {
  override readonly name = "JournalFailure";
}
