// Files that travel with the package, wherever it is installed.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** This file runs as `dist/engine/cli/package-root.js`. */
const ROOT = new URL("../../../", import.meta.url);

export function packagePath(relative: string): string {
  return fileURLToPath(new URL(relative, ROOT));
}

export function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(packagePath("package.json"), "utf8")) as { version: string };
  return version;
}
