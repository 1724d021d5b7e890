/** The programs that make the sandbox, or what is missing and where it comes from. */
import { accessSync, constants } from "node:fs";
import { join } from "node:path";

export interface Programs {
  readonly bwrap: string;
  readonly ip: string;
  readonly setpriv: string;
  readonly prlimit: string;
}
const packages: Readonly<Record<keyof Programs, string>> = {
  bwrap: "bubblewrap",
  ip: "iproute2",
  setpriv: "util-linux",
  prlimit: "util-linux",
};
export const usualPath = "/usr/bin:/usr/sbin:/bin:/sbin";

export class NoSandbox extends Error {
  override readonly name = "NoSandbox";
}

/** Throws `NoSandbox`, which says what is missing and where it comes from. */
export function findPrograms(path = usualPath): Programs {
  const found = Object.keys(packages).map((name) => {
    const file = findProgram(name, path);
    if (file !== undefined) return [name, file];
    const from = packages[name as keyof Programs];
    throw new NoSandbox(`the program ${name} is missing, which Debian and Ubuntu have in the package ${from}`);
  });
  return Object.fromEntries(found) as unknown as Programs;
}

export function findProgram(name: string, path = usualPath): string | undefined {
  return path
    .split(":")
    .map((folder) => join(folder, name))
    .find(isProgram);
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
