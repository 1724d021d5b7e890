// What a script in a VM printed, out of Run Command's answers. Each API and each system has its own form.

import { isJsonObject, type Json } from "../../value/json.ts";

export interface ScriptOutput {
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Of the action (`POST …/runCommand`). Windows gives a status for each stream; Linux one status for both:
 * `Enable succeeded: \n[stdout]\n…\n[stderr]\n…`.
 */
export function actionOutput(answer: Json): ScriptOutput {
  const value = isJsonObject(answer) ? answer["value"] : undefined;
  const statuses = Array.isArray(value) ? (value as readonly Json[]) : [];
  let stdout = "";
  let stderr = "";
  for (const status of statuses) {
    if (!isJsonObject(status)) continue;
    const code = textOf(status["code"]);
    const message = textOf(status["message"]);
    if (/^ComponentStatus\/StdOut\//i.test(code)) stdout += message;
    else if (/^ComponentStatus\/StdErr\//i.test(code)) stderr += message;
    else {
      const both = /\[stdout\]\n(.*)\n\[stderr\]\n?(.*)$/s.exec(message);
      stdout += both?.[1] ?? message;
      stderr += both?.[2] ?? "";
    }
  }
  return { stdout, stderr };
}

/** Of a managed run command (`…/runCommands/{name}?$expand=instanceView`); absent while the script has not ended. */
export function managedOutput(resource: Json): ScriptOutput | undefined {
  const properties = isJsonObject(resource) ? resource["properties"] : undefined;
  const view = isJsonObject(properties) ? properties["instanceView"] : undefined;
  if (!isJsonObject(view)) return undefined;
  if (!ENDED.has(textOf(view["executionState"]))) return undefined;
  return { stdout: textOf(view["output"]), stderr: textOf(view["error"]) };
}

/** States of `instanceView.executionState` that no other follows. */
const ENDED: ReadonlySet<string> = new Set(["Succeeded", "Failed", "TimedOut", "Canceled"]);

const textOf = (value: Json | undefined): string => (typeof value === "string" ? value : "");
