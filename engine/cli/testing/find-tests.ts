// The test files that `runbook test` is asked for.

import { existsSync, readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { CliError } from "../cli-error.ts";
import { EXIT } from "../exit-code.ts";
import type { Io } from "../io.ts";

const TESTS = /\.test\.ya?ml$/i;

/** Absolute paths, each once. A folder stands for the test files below it, a runbook for the one beside it. */
export function findTests(given: readonly string[], { cwd }: Pick<Io, "cwd">): readonly string[] {
  const asked = given.length === 0 ? ["."] : given;
  const found = asked.flatMap((one) => {
    const path = resolve(cwd, one);
    const at = statSync(path, { throwIfNoEntry: false });
    if (at === undefined) throw new CliError(EXIT.usage, `there is no file ${one}`);
    if (at.isDirectory()) {
      const files = testsBelow(path);
      if (files.length > 0) return files;
      throw new CliError(
        EXIT.usage,
        `there are no tests in ${given.length === 0 ? "this folder" : one}`,
        "the tests of vm.yaml are in vm.test.yaml beside it; `runbook new` writes both",
      );
    }
    if (TESTS.test(path)) return [path];
    const beside = [".test.yaml", ".test.yml"].map((ending) => path.replace(/\.ya?ml$/i, ending));
    const tests = beside.find((file) => file !== path && existsSync(file));
    if (tests !== undefined) return [tests];
    throw new CliError(EXIT.usage, `${one} has no tests`, `they would be in ${one.replace(/\.ya?ml$/i, "")}.test.yaml`);
  });
  return [...new Set(found)];
}

function testsBelow(folder: string): readonly string[] {
  const entries = readdirSync(folder, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return /^\.|^node_modules$/.test(entry.name) ? [] : testsBelow(path);
    return TESTS.test(entry.name) ? [path] : [];
  });
}
