// A password for the emulator, where nobody ever signs in to the VM.

import { randomInt } from "node:crypto";
import { constraintProblem } from "../runbook/input-values.ts";
import type { RunbookInput } from "../runbook/model.ts";

const CLASSES = ["abcdefghijkmnopqrstuvwxyz", "ABCDEFGHJKLMNPQRSTUVWXYZ", "23456789", "-_.+="];

/**
 * Of all four classes of characters, and 24 of them unless the input asks for another length: Azure takes it for Windows
 * (12 to 123) and Linux (6 to 72). Absent when the input wants something that this is not.
 */
export function generateSecret(input: RunbookInput): string | undefined {
  const wanted = Math.max(24, input.minLength ?? 0);
  const length = Math.min(wanted, input.maxLength ?? wanted);
  const all = CLASSES.join("");
  const characters = Array.from({ length }, (_, index) => pick(CLASSES[index] ?? all));
  for (let index = characters.length - 1; index > 0; index--) {
    const other = randomInt(index + 1);
    [characters[index], characters[other]] = [characters[other]!, characters[index]!];
  }
  const secret = characters.join("");
  return constraintProblem(input, secret) === undefined ? secret : undefined;
}

function pick(from: string): string {
  return from[randomInt(from.length)]!;
}
