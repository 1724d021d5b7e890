// What the guest prints: one frame on standard output. Makes no decision about what goes into it.

import { createHash } from "node:crypto";

export type Stage = "none" | "imds" | "arm";
export interface FrameEnd {
  readonly id: string;
  readonly error: string;
  readonly stage: Stage;
  readonly status: number;
  readonly gzip: 0 | 1;
}

/** An empty message goes with an error. Windows breaks the lines, because its console would. */
export function frame(end: FrameEnd, message: string, os: "Linux" | "Windows"): string {
  const eol = os === "Windows" ? "\r\n" : "\n";
  const sum = message === "" ? "0".repeat(16) : createHash("sha256").update(message).digest("hex").slice(0, 16);
  const lines = os === "Windows" ? (message.match(/.{1,72}/g) ?? [""]) : [message];
  const { id, error, stage, status, gzip } = end;
  const last = `RBG1-END;id=${id};error=${error};stage=${stage};status=${status};gzip=${gzip};length=${message.length};sum=${sum};`;
  return ["RBG1-BEGIN", ...lines, last, ""].join(eol);
}

/** Run Command keeps the last 4,096 bytes of each stream. */
export function tail(output: string): string {
  const bytes = Buffer.from(output, "utf8");
  return bytes.length <= 4096 ? output : bytes.subarray(bytes.length - 4096).toString("utf8");
}
