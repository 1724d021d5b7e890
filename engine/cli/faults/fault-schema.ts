// The JSON Schema of a fault plan, made from the table of faults. Draft-07, built as that of runbooks is: a gate on `kind`.

import { FAULT_KINDS, type Kind, type Setting } from "../../emulator/faults/kinds.ts";
import type { Schema } from "../../runbook/schema.ts";
import { ENUM_DESCRIPTIONS_KEYWORD } from "../../runbook/schema.ts";
import { PATTERN_MESSAGE_KEYWORD } from "../../steps/definition.ts";

const KINDS: readonly (readonly [name: string, kind: Kind])[] = Object.entries(FAULT_KINDS);

const ON: Schema = {
  type: "string",
  description:
    "The requests it is about: `PUT */virtualMachines/*`, a path, or the name of an operation such as Microsoft.Compute/virtualMachines/write. A star stands for anything.",
};
const COMMON: Readonly<Record<string, Schema>> = {
  nth: {
    type: "integer",
    minimum: 1,
    description: "The first of the matching requests that is struck; 1 when left out.",
  },
  times: {
    type: ["integer", "string"],
    minimum: 1,
    pattern: "^always$",
    [PATTERN_MESSAGE_KEYWORD]: "expected a number or always",
    description: "How many in a row are struck: 1 when left out, all with a `chance`.",
  },
  chance: { type: "number", minimum: 0, maximum: 1, description: "How often it strikes, decided by the seed." },
};

const SETTINGS: Readonly<Record<Setting["type"], Schema>> = {
  text: { type: "string" },
  status: { type: "integer", minimum: 400, maximum: 599 },
  moment: { enum: ["before", "after"] },
  duration: {
    type: "string",
    pattern: "^[0-9]{1,9}(\\.[0-9]{1,3})?(ms|s|m|h)$",
    [PATTERN_MESSAGE_KEYWORD]: "expected a time such as 500ms, 90s or 5m",
  },
};

export function faultPlanSchema(): Schema {
  const names = KINDS.map(([name]) => name);
  const keys = new Set(KINDS.flatMap(([, { settings }]) => Object.values(settings).map(({ written }) => written)));
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "fault plan",
    description: "Failures that the emulator injects on purpose, for `--fault-plan`.",
    type: "object",
    additionalProperties: false,
    required: ["version", "faults"],
    properties: {
      version: { const: 1, description: "Version of the format." },
      description: { type: "string" },
      seed: { type: ["string", "integer"], description: "Decides what `chance` strikes. The same seed strikes alike." },
      faults: {
        type: "array",
        minItems: 1,
        description: "All of them are on at once.",
        items: { $ref: "#/definitions/fault" },
      },
    },
    definitions: {
      fault: {
        type: "object",
        required: ["kind"],
        additionalProperties: false,
        properties: {
          kind: {
            enum: names,
            description: "What happens.",
            [ENUM_DESCRIPTIONS_KEYWORD]: KINDS.map(([, { summary }]) => summary),
          },
          on: ON,
          ...COMMON,
          // What each may be is said for each kind below.
          ...Object.fromEntries([...keys].map((key) => [key, {}])),
        },
        if: { properties: { kind: { enum: names } }, required: ["kind"] },
        // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
        then: { discriminator: { propertyName: "kind" }, required: ["kind"], oneOf: KINDS.map(branch) },
      },
    },
  };
}

function branch([name, { summary, on, settings }]: (typeof KINDS)[number]): Schema {
  const own = Object.values(settings).map(({ written, type, summary: description }) => [
    written,
    { ...SETTINGS[type], description },
  ]);
  return {
    title: name,
    description: summary,
    required: ["kind", ...(on === undefined ? ["on"] : [])],
    additionalProperties: false,
    properties: {
      kind: { const: name },
      on: on === undefined ? ON : { ...ON, default: on },
      ...COMMON,
      ...Object.fromEntries(own),
    },
  };
}
