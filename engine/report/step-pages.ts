// The page of a step type, with its examples as runbooks and the rights that these use.

import { type ExampleRight, exampleRights } from "../plan/example-rights.ts";
import type { Clock } from "../run/clock.ts";
import { exampleRunbook } from "../runbook/example-runbook.ts";
import { loadRunbook } from "../runbook/load.ts";
import type { StepDefinition, StepRegistry } from "../steps/definition.ts";
import { type StepPage, stepPage } from "./step-page.ts";

/** Throws when an example is wrong: a mistake of the step type's author. */
export async function pageOfStep(type: StepDefinition, registry: StepRegistry, clock: Clock): Promise<StepPage> {
  const rights: ExampleRight[] = [];
  const examples = type.examples.map((example) => ({
    title: example.title,
    files: example.files ?? {},
    ...exampleRunbook(type, example, registry),
  }));
  for (const { title, text, step, files } of examples) {
    const readFile = (path: string): string | undefined => files[path];
    const { runbook, diagnostics } = loadRunbook(text, { file: `${type.name}: ${title}`, registry, readFile });
    if (runbook === undefined)
      throw new Error(`example "${title}" of ${type.name}: ${diagnostics.map(({ message }) => message).join("; ")}`);
    rights.push(...(await exampleRights(runbook, step, { registry, clock })));
  }
  return stepPage(type, {
    rights,
    examples: examples.map(({ title, text, files }) => ({ title, runbook: text + besideText(files) })),
  });
}

/** Other files of an example, as comments behind it: the runbook can be copied as it stands. */
export function besideText(files: Readonly<Record<string, string>>): string {
  return Object.entries(files)
    .map(([name, text]) => {
      const lines = text.trimEnd().split("\n");
      return `\n# ${name}, beside it:\n#\n${lines.map((line) => `#   ${line}`).join("\n")}\n`;
    })
    .join("");
}
