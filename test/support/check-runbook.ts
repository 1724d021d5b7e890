// A runbook's text, checked as the command line does it.

import { type Loaded, loadRunbook } from "../../engine/runbook/load.ts";
import { renderDiagnostic } from "../../engine/source/render-diagnostic.ts";
import { builtinSteps } from "../../engine/steps/builtin/index.ts";
import { readProjectFile } from "./project.ts";

/** Runbooks that it calls are those of test/runbooks/called, and those that are shipped. */
export function load(text: string, file = "runbook.yaml"): Loaded {
  return loadRunbook(text, { file, registry: builtinSteps, readFile: readCalled });
}

export function readCalled(path: string): string | undefined {
  for (const folder of ["test/runbooks", "runbooks"]) {
    try {
      return readProjectFile(`${folder}/${path}`);
    } catch {
      // In the other one, or nowhere.
    }
  }
  return undefined;
}

/** Everything that is told about a text, as a person reads it; empty when nothing is. */
export function checkText(text: string, file = "runbook.yaml"): string {
  return load(text, file)
    .diagnostics.map((diagnostic) => `${renderDiagnostic(diagnostic)}\n`)
    .join("");
}
