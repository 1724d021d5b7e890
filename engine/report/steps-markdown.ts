// All step types as one page of documentation.

import { type Field, shortAction, type StepPage } from "./step-page.ts";

export function stepsMarkdown(pages: readonly StepPage[]): string {
  return [
    "# Step types",
    "",
    "What `uses:` can name. This page is made from the step types themselves, like `runbook steps <type>`; every example on",
    "it is run by a test. An input takes a value or an expression; one of type secret takes an expression alone.",
    "",
    ...pages.map(({ name, summary }) => `- [${name}](#${name}): ${summary}`),
    ...pages.flatMap(section),
    "",
  ].join("\n");
}

function section({ name, summary, inputs, outputs, rights, examples }: StepPage): readonly string[] {
  return [
    "",
    `## ${name}`,
    "",
    summary,
    ...table("Inputs", inputs, ({ isRequired }) => (isRequired ? "required" : "")),
    ...table("Outputs", outputs, ({ isRequired, name: field }) =>
      isRequired || /[.[]/.test(field) ? "" : "not always there",
    ),
    ...(rights.length === 0 ? [] : ["", "**Rights that the examples use**", ""]),
    ...rights.map((right) => {
      const actions = right.actions.map((action) => `\`${shortAction(action, right)}\``).join(", ");
      return `- on ${asKind(right.on)}: ${actions}${right.who === "caller" ? "" : `, by an ${right.who}`}`;
    }),
    ...examples.flatMap(({ title, runbook }) => ["", `**Example: ${title}**`, "", "```yaml", runbook.trimEnd(), "```"]),
  ];
}

const asKind = (on: string): string => (on.includes(".") ? `\`${on}\`` : `the ${on}`);

function table(title: string, fields: readonly Field[], third: (field: Field) => string): readonly string[] {
  if (fields.length === 0) return [];
  return [
    "",
    `**${title}**`,
    "",
    "| name | type | | description |",
    "| --- | --- | --- | --- |",
    ...fields.map((field) => {
      const cells = [`\`${field.name}\``, field.type, third(field), field.description];
      return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
    }),
  ];
}
