/** Files that are for their owner alone, written whole or not at all. */
import { chmodSync, renameSync, writeFileSync } from "node:fs";

export function writePrivate(file: string, text: string): void {
  writeFileSync(`${file}.tmp`, text, { mode: 0o600 });
  chmodSync(`${file}.tmp`, 0o600);
  renameSync(`${file}.tmp`, file);
}
