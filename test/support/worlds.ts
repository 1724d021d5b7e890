// Worlds for a suite: each new, each with the same keys (making a pair takes a tenth of a second), all gone at its end.

import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { World } from "./world.ts";

/** Registers hooks of the enclosing `describe`; gives a function that makes a world. */
export function worlds(): () => Promise<World> {
  let root = "";
  let made = 0;
  before(async () => {
    root = await mkdtemp(join(tmpdir(), "runbook-worlds-"));
    await (await new World(join(root, "first")).target()).close();
  });
  after(() => rm(root, { recursive: true, force: true }));
  return async () => {
    const directory = join(root, String(made++));
    await cp(join(root, "first"), directory, { recursive: true });
    return new World(directory);
  };
}
