// Makes a whole runbook of a step type's example: the step itself, and before it the steps whose outputs it reads.

import { stringify } from "yaml";
import { SECRET_KEYWORD, type StepDefinition, type StepExample, type StepRegistry } from "../steps/definition.ts";
import type { Json, JsonObject } from "../value/json.ts";

interface ExampleStep {
  readonly uses: string;
  readonly with: JsonObject;
  readonly needs?: readonly string[];
}

/** What an example may read without saying where it comes from, by the id of the step. */
const SURROUNDINGS: Readonly<Record<string, ExampleStep>> = {
  group: { uses: "create-rg", with: { name: "exampleGroup", location: "eastus" } },
  vm: {
    uses: "create-vm",
    with: {
      resourceGroup: "${{ steps.group.outputs.name }}",
      name: "exampleVM",
      location: "eastus",
      image: "Ubuntu2204",
      adminUsername: "azureuser",
      adminPassword: "${{ inputs.adminPassword }}",
    },
  },
  identity: {
    uses: "create-uami",
    with: { resourceGroup: "${{ steps.group.outputs.name }}", name: "exampleIdentity", location: "eastus" },
  },
  assign: {
    uses: "assign-identity",
    with: { vm: "${{ steps.vm.outputs.id }}", identity: "${{ steps.identity.outputs.id }}" },
  },
  grant: {
    uses: "grant-role",
    with: {
      principalId: "${{ steps.identity.outputs.principalId }}",
      role: "Reader",
      scope: "${{ steps.group.outputs.id }}",
    },
  },
  token: {
    uses: "get-imds-token",
    with: { vm: "${{ steps.vm.outputs.id }}", clientId: "${{ steps.identity.outputs.clientId }}" },
    needs: ["assign"],
  },
};

export interface ExampleRunbook {
  readonly text: string;
  /** Id of the step that is shown; those before it are only there for it. */
  readonly step: string;
}

/** Throws when the example reads something that no surrounding step gives: a mistake of the step type's author. */
export function exampleRunbook(type: StepDefinition, example: StepExample, registry: StepRegistry): ExampleRunbook {
  const own = Object.keys(SURROUNDINGS).find((id) => SURROUNDINGS[id]!.uses === type.name) ?? type.name;
  const steps = new Map<string, ExampleStep>();
  const inputs = new Set<string>();
  const add = (id: string, step: ExampleStep): void => {
    // A step reads nothing of itself, and one that is there has what it needs.
    if (steps.has(id)) return;
    for (const before of [...namesIn(step.with, "steps"), ...(step.needs ?? [])]) {
      const found = before === own ? undefined : SURROUNDINGS[before];
      if (found === undefined)
        throw new Error(`the example "${example.title}" of ${type.name} reads step "${before}", which no example has`);
      add(before, found);
    }
    for (const name of namesIn(step.with, "inputs")) {
      if (!isSecret(step, name, id === own ? type : registry.get(step.uses)))
        throw new Error(`the example "${example.title}" of ${type.name} reads input "${name}", which is no secret`);
      inputs.add(name);
    }
    steps.set(id, step);
  };
  const { after } = example;
  add(own, { uses: type.name, with: example.with, ...(after !== undefined && { needs: after }) });
  const authored = {
    version: 1,
    name: `example-of-${type.name}`,
    ...(type.extension !== undefined && { extensions: [type.extension] }),
    ...(inputs.size > 0 && {
      inputs: Object.fromEntries([...inputs].map((name) => [name, { type: "string", secret: true }])),
    }),
    steps: [...steps].map(([id, { uses, needs, with: given }]) => ({
      id,
      uses,
      ...(needs !== undefined && { needs }),
      ...(Object.keys(given).length > 0 && { with: given }),
    })),
  };
  const note = example.note === undefined ? "" : `# ${example.note}\n`;
  return { text: note + stringify(authored, { lineWidth: 0 }), step: own };
}

/** The inputs or steps that expressions in a value read, in the order written. */
function namesIn(value: Json, of: "inputs" | "steps"): readonly string[] {
  const found = JSON.stringify(value).matchAll(/\$\{\{.*?\}\}/g);
  const names = [...found].flatMap(([expression]) =>
    [...expression.matchAll(new RegExp(`\\b${of}\\.([A-Za-z][\\w-]*)`, "g"))].map(([, name]) => name!),
  );
  return [...new Set(names)];
}

/** Only a secret has no value that an example could write itself. */
function isSecret(step: ExampleStep, name: string, type: StepDefinition | undefined): boolean {
  const properties = (type?.inputs.properties ?? {}) as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  const readers = Object.entries(step.with).filter(([, value]) => namesIn(value, "inputs").includes(name));
  return readers.every(([input]) => properties[input]?.[SECRET_KEYWORD] === true);
}
