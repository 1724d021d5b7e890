// The JSON Schema of a runbook, made from the step types. Draft-07, as editors read it best.

import type { StepDefinition, StepRegistry } from "../steps/definition.ts";
import { PATTERN_MESSAGE_KEYWORD, SECRET_KEYWORD } from "../steps/definition.ts";
import { DURATION_PATTERN, DURATION_RULE } from "../value/duration.ts";
import { INPUT_TYPES } from "./model.ts";
import { NAME_RULE } from "./schema-messages.ts";

export type Schema = { readonly [key: string]: unknown };

/** What editors show beside each value. */
export const ENUM_DESCRIPTIONS_KEYWORD = "enumDescriptions";

/** What stands in a text that holds an expression. */
const OPENING = "\\$\\{\\{";
const EXPRESSION = { type: "string", pattern: OPENING, title: "expression" } as const;
/** A name that expressions can read with a dot, and that is no property of every object, as `__proto__` is. */
const NAME = { pattern: "^[A-Za-z][A-Za-z0-9_-]{0,63}$", [PATTERN_MESSAGE_KEYWORD]: NAME_RULE } as const;

/**
 * A step is a gate: `uses` must be one of the known names, and only then does the `with` of that one type count. So a
 * wrong name gives one message, and an editor offers one skeleton for each type.
 */
export function runbookSchema(registry: StepRegistry): Schema {
  const types = [...registry.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const names = types.map(({ name }) => name);
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "runbook",
    description: "A procedure against Azure: what it is given, its steps, what it answers.",
    type: "object",
    additionalProperties: false,
    required: ["version", "name", "steps"],
    properties: {
      version: { const: 1, description: "Version of the format." },
      name: {
        type: "string",
        pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$",
        [PATTERN_MESSAGE_KEYWORD]:
          "expected letters, digits, `.`, `_` and `-`, at most 100, with a letter or digit first",
        description: "Name of the runbook.",
      },
      description: { type: "string" },
      inputs: {
        type: "object",
        description: "What the runbook is given, by name.",
        propertyNames: NAME,
        additionalProperties: { $ref: "#/definitions/input" },
      },
      extensions: {
        type: "array",
        items: { type: "string", minLength: 1 },
        uniqueItems: true,
        description:
          "Files (./steps.mjs) and packages with further step types. They are programs: checking, planning or running the runbook runs them.",
      },
      locals: {
        type: "object",
        description: "Values with a name, for what is written more than once: expressions read `locals.<name>`.",
        propertyNames: NAME,
      },
      steps: {
        type: "array",
        minItems: 1,
        description: "What is done. Order comes from references and `needs`, not from the place in the list.",
        items: { $ref: "#/definitions/step" },
      },
      finally: {
        type: "array",
        minItems: 1,
        description:
          "Steps that run when all others have ended, however they did. They may read how the run ended, in `run.outcome` and `steps.<id>.status`. A run that is interrupted has not ended: they run when it is resumed.",
        items: { $ref: "#/definitions/step" },
      },
      outputs: {
        type: "object",
        description:
          "What the runbook answers, by name. A secret is written as `value: …` with `secret: true` below it.",
        propertyNames: NAME,
      },
    },
    definitions: {
      input: inputSchema,
      part: partSchema,
      member: memberSchema,
      step: {
        type: "object",
        required: ["id", "uses"],
        additionalProperties: false,
        properties: {
          id: { type: "string", ...NAME, description: "Names the step in expressions." },
          uses: {
            enum: names,
            description: "The step type.",
            [ENUM_DESCRIPTIONS_KEYWORD]: types.map(({ summary }) => summary),
          },
          // What is in it is described for each step type below, and editors show only one description.
          with: { type: "object" },
          needs: {
            type: "array",
            items: { type: "string" },
            uniqueItems: true,
            description: "Steps that must be done before, besides those that expressions read.",
          },
          if: {
            anyOf: [{ type: "boolean" }, EXPRESSION],
            description: "The step is skipped when this is false.",
          },
          timeout: {
            ...TIME,
            description: "How long the step may take, each time that it is tried, for example 90s or 30m.",
          },
          retry: retrySchema,
          onError: {
            enum: ["fail", "continue"],
            [ENUM_DESCRIPTIONS_KEYWORD]: [
              "The run fails: what depends on the step is skipped, everything else still runs.",
              "The run goes on, and may end well. Steps that need it run; those that read its outputs are skipped.",
            ],
            description: "What becomes of the run when the step fails. Absent: fail.",
          },
          forEach: forEachSchema,
          description: { type: "string" },
        },
        if: { properties: { uses: { enum: names } }, required: ["uses"] },
        // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
        then: { discriminator: { propertyName: "uses" }, required: ["uses"], oneOf: types.map(branch) },
      },
    },
  };
}

const TIME = {
  type: "string",
  pattern: DURATION_PATTERN,
  [PATTERN_MESSAGE_KEYWORD]: DURATION_RULE,
} as const;

const retrySchema: Schema = {
  type: "object",
  description: "Tries the step again when it fails. What it made the first time is found there, not made twice.",
  additionalProperties: false,
  required: ["attempts"],
  properties: {
    attempts: {
      type: "integer",
      minimum: 2,
      maximum: 100,
      description: "How often it is tried at most, the first time included.",
    },
    delay: {
      ...TIME,
      description: "How long to wait before the second attempt, for example 10s. Absent: 10s.",
    },
    maxDelay: {
      ...TIME,
      description: "The wait doubles with each attempt, up to this. Absent: it stays the same.",
    },
    on: {
      type: "array",
      minItems: 1,
      uniqueItems: true,
      items: {
        type: ["string", "integer"],
        pattern: "^[A-Za-z][A-Za-z0-9_.-]*$|^[1-5][0-9][0-9]$|^[1-5]xx$",
        [PATTERN_MESSAGE_KEYWORD]: "expected an error code such as SkuNotAvailable, or a status such as 409 or 5xx",
        minimum: 100,
        maximum: 599,
      },
      description:
        "The failures that are worth another attempt: Azure's error codes, HTTP statuses, 5xx, Timeout. Absent: all.",
    },
  },
};

const LIST_OR_MAP = {
  type: ["string", "array", "object"],
  pattern: OPENING,
  [PATTERN_MESSAGE_KEYWORD]: "expected a list, a map or an expression such as ${{ inputs.regions }}",
} as const;

const forEachSchema: Schema = {
  ...LIST_OR_MAP,
  description:
    "Runs the step once for each item of a list or map. Expressions read `each.key` and `each.value`; the step's outputs are a list or map as well.",
  additionalProperties: false,
  required: ["in"],
  properties: {
    in: { ...LIST_OR_MAP, description: "The list or map, or an expression that gives one." },
    concurrency: { type: "integer", minimum: 1, description: "How many items may run at once. Absent: all." },
    maxErrors: {
      type: "integer",
      minimum: 0,
      description:
        "How many items may fail. With one more nothing more is started and the step has failed. Absent: none.",
    },
  },
};

const PART = { $ref: "#/definitions/part" } as const;
const LIMIT = { type: "integer", minimum: 0 } as const;

/** What says how a value is, of an input and of its parts. */
const headProperties: Schema = {
  type: {
    enum: [...INPUT_TYPES, "array"],
    description: "What kind of value it is.",
    [ENUM_DESCRIPTIONS_KEYWORD]: [
      "Text.",
      "A number.",
      "A number without a fraction.",
      "True or false.",
      "A list; `items` says of what.",
      "Values under names that are not known before; `values` says what they are.",
      "Values under names that `properties` gives.",
      "The same as list.",
    ],
  },
  description: { type: "string" },
};

const constraints: Schema = {
  enum: { type: "array", minItems: 1, description: "The values that are allowed." },
  pattern: { type: "string", description: "A regular expression that the text must match." },
  minLength: { ...LIMIT, description: "Of text: how many characters it has at least." },
  maxLength: { ...LIMIT, description: "Of text: how many characters it has at most." },
  minimum: { type: "number", description: "Of a number: the least that it may be." },
  maximum: { type: "number", description: "Of a number: the most that it may be." },
  minItems: { ...LIMIT, description: "Of a list: how many items it has at least." },
  maxItems: { ...LIMIT, description: "Of a list: how many items it has at most." },
  items: { ...PART, description: "Of a list: what its items are." },
  values: { ...PART, description: "Of a map: what its values are." },
  properties: {
    type: "object",
    minProperties: 1,
    propertyNames: NAME,
    additionalProperties: { $ref: "#/definitions/member" },
    description: "Of an object: its members, by name. Others are refused.",
  },
};

const partSchema: Schema = {
  type: "object",
  required: ["type"],
  additionalProperties: false,
  properties: { ...headProperties, ...constraints },
};

const memberSchema: Schema = {
  ...partSchema,
  properties: {
    ...headProperties,
    default: { description: "Its value when it is left out; without one it must be given." },
    optional: { type: "boolean", description: "It may be left out, and is null then." },
    ...constraints,
  },
};

const inputSchema: Schema = {
  ...partSchema,
  properties: {
    ...headProperties,
    default: { description: "Its value when none is given." },
    secret: { type: "boolean", description: "Never shown or written anywhere. Only text can be secret." },
    ...constraints,
  },
};

/** `id` and `uses` are here once more for the skeleton of a step that editors offer. */
function branch(type: StepDefinition): Schema {
  const inputs = { ...(authoredSchema(type.inputs) as Schema), description: type.summary };
  const required = ((inputs as Schema)["required"] as readonly string[] | undefined) ?? [];
  return {
    title: type.name,
    description: type.summary,
    required: ["id", "uses", ...(required.length > 0 ? ["with"] : [])],
    properties: { id: { type: "string" }, uses: { const: type.name }, with: inputs },
  };
}

/** A schema of values as one of what an author may write: every value may be an expression instead. */
export function authoredSchema(schema: unknown): unknown {
  const given = JSON.parse(JSON.stringify(schema)) as Record<string, unknown>;
  return authored(given, true);
}

function authored(schema: Record<string, unknown>, isRoot: boolean): Schema {
  if (schema[SECRET_KEYWORD] === true) {
    const { description } = schema;
    return {
      ...EXPRESSION,
      title: "secret",
      [PATTERN_MESSAGE_KEYWORD]:
        "expected an expression such as ${{ inputs.password }}, as no secret is written in a file",
      ...(description !== undefined && { description }),
      [SECRET_KEYWORD]: true,
    };
  }
  const inner: Record<string, unknown> = { ...schema };
  if (typeof schema["properties"] === "object" && schema["properties"] !== null) {
    inner["properties"] = Object.fromEntries(
      Object.entries(schema["properties"]).map(([name, of]) => [name, authored(of as Record<string, unknown>, false)]),
    );
  }
  if (typeof schema["items"] === "object" && schema["items"] !== null) {
    inner["items"] = authored(schema["items"] as Record<string, unknown>, false);
  }
  if (typeof schema["patternProperties"] === "object" && schema["patternProperties"] !== null) {
    // `Type.Record` writes it so; its pattern for any key says nothing.
    const [values] = Object.values(schema["patternProperties"]);
    delete inner["patternProperties"];
    inner["additionalProperties"] = authored(values as Record<string, unknown>, false);
  }
  if (isRoot) return inner;
  const { description, ...rest } = inner;
  const isAny = Object.keys(rest).length === 0;
  if (isAny || isTextWithoutEnd(rest))
    return { ...withExpression(rest), ...(description !== undefined && { description }) };
  return { ...(description !== undefined && { description }), anyOf: [{ ...rest, title: "value" }, EXPRESSION] };
}

/** A text that may be an expression as well without a choice between two schemas, which editors show as one message. */
function isTextWithoutEnd(schema: Schema): boolean {
  return schema["type"] === "string" && !("enum" in schema) && !("const" in schema) && !("maxLength" in schema);
}

function withExpression(schema: Schema): Schema {
  const { pattern } = schema;
  return typeof pattern === "string" ? { ...schema, pattern: `${pattern}|${OPENING}` } : schema;
}
