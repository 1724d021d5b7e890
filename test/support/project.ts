// Where the project's own files are, seen from the compiled tests.

import { readFileSync } from "node:fs";

const ROOT = new URL("../../../", import.meta.url);

export function projectFile(path: string): URL {
  return new URL(path, ROOT);
}

export function readProjectFile(path: string): string {
  return readFileSync(projectFile(path), "utf8");
}
