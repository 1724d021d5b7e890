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
  /** The runbooks that it calls: text by path; absent when it calls none. */
  readonly calls?: Readonly<Record<string, string>>;
  /** SHA-256 of the text, and of those that it calls; hexadecimal. */
  readonly hash: string;
}

export interface TargetRecord {
  readonly kind: "azure" | "emulator";
  readonly description: string;
  readonly subscriptionId: string;
  /** Azure: the Resource Manager's address. */
  readonly resourceManager?: string;
  /** Azure: its cloud as it was named to the engine, by name or file, so that nobody has to name it again. */
  readonly cloud?: string;
  /** Emulator: what ran scripts in its VMs, so that whoever goes on need not name it. */
  readonly guest?: string;
}

/** Whether what was made on one can be found on the other. Two clouds may have a subscription's id in common. */
export function isSameTarget(recorded: TargetRecord, now: TargetRecord): boolean {
  if (recorded.kind !== now.kind || recorded.subscriptionId !== now.subscriptionId) return false;
  if (recorded.kind === "emulator") return true;
  if (recorded.resourceManager === undefined) return recorded.description === now.description;
  return recorded.resourceManager === now.resourceManager;
}

/** For a message that sets one beside another. */
export function targetText({ description, subscriptionId, resourceManager }: TargetRecord): string {
  const which = description.includes(subscriptionId) ? description : `${description} (subscription ${subscriptionId})`;
  return resourceManager === undefined ? which : `${which}, at ${resourceManager}`;
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
