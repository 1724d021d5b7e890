// Looks at the state folder: whether it can be written, who uses it, and whether what is in it can be read.

import { accessSync, constants, existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { lockOwner } from "../../run/journal/lock.ts";
import { RunStore } from "../../run/journal/run-store.ts";
import { countText } from "../diagnostic-formats.ts";
import type { Io } from "../io.ts";
import { stateDirectory } from "../target-options.ts";
import { type Finding, fine, note, wrong } from "./finding.ts";

const ABOUT = "state folder";

export async function stateFindings(io: Io): Promise<readonly Finding[]> {
  const folder = stateDirectory(io);
  if (!existsSync(folder)) {
    return [
      canWrite(io.cwd)
        ? fine(ABOUT, "there is none yet; the first run makes .runbook here")
        : wrong(ABOUT, "the first run would make .runbook here, and may not", "go to a folder that you may write to"),
    ];
  }
  if (!canWrite(folder)) {
    return [wrong(ABOUT, ".runbook cannot be written", "make it yours: it holds keys, and is for its owner alone")];
  }
  const open = statSync(folder).mode & 0o077;
  const access =
    open === 0 || process.platform === "win32"
      ? fine(ABOUT, ".runbook can be written, by you alone")
      : note(ABOUT, ".runbook can be read by others, and holds the emulator's keys", "chmod 700 .runbook");
  return [access, await emulatorFinding(join(folder, "emulator")), await runsFinding(join(folder, "runs"))];
}

function canWrite(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function emulatorFinding(folder: string): Promise<Finding> {
  const about = "emulator";
  const owner = await lockOwner(folder);
  const hasState = ["state.json", "changes.jsonl"].some((name) => existsSync(join(folder, name)));
  const by = owner === undefined ? "" : `; in use by process ${owner.pid} (${owner.doing})`;
  if (!hasState) return fine(about, `nothing is in it yet${by}`);
  try {
    const { readState } = await import("../../emulator/state-file.ts");
    const entries = [...readState(folder).values()].filter((entry) => entry !== null);
    const resources = entries.filter(({ id }) => /^\/subscriptions\/[^/]+\/resourcegroups\//i.test(id));
    const found = `${countText(resources.length, "resource")} in it${by}`;
    return owner === undefined
      ? fine(about, found)
      : note(about, found, "another run on the emulator waits for nobody: it is refused");
  } catch (thrown) {
    const why = thrown instanceof SyntaxError ? "it is no JSON" : (thrown as Error).message;
    return wrong(
      about,
      `its state cannot be read: ${why}`,
      "remove .runbook/emulator to begin anew; runs that were made on it can then not be resumed",
    );
  }
}

async function runsFinding(folder: string): Promise<Finding> {
  const about = "runs";
  const runs = await new RunStore(folder).list();
  if (runs.length === 0) return fine(about, "none yet");
  const unreadable = runs.filter(({ problem }) => problem !== undefined);
  if (unreadable.length > 0) {
    const names = unreadable.map(({ run }) => run).join(", ");
    return wrong(
      about,
      `${countText(unreadable.length, "journal")} cannot be read: ${names}`,
      "`runbook runs` says why",
    );
  }
  const open = runs.filter(({ state, owner }) => owner === undefined && state?.finished !== "done");
  const found = `${runs.length}, ${runs.filter(({ owner }) => owner !== undefined).length} of them going on`;
  const [newest] = open;
  return newest === undefined
    ? fine(about, found)
    : note(
        about,
        `${found}; ${open.length} did not end well`,
        `\`runbook resume ${newest.run}\` goes on with the newest`,
      );
}
