// The JSON Schema of test files. Draft-07, as that of runbooks.

import { CHANGES } from "../../plan/model.ts";
import type { Schema } from "../../runbook/schema.ts";
import { PATTERN_MESSAGE_KEYWORD } from "../../steps/definition.ts";

/** What a step of a run can have done: its change, or that it did not end well. */
export const STEP_ENDS = ["create", "update", "remove", "run", "read", "none", "failed", "skipped"] as const;

const ANY_VALUE =
  "What is not named is not looked at. `$matches: <regular expression>`, `$any: true` and `$exists: false` stand for values.";
const PATH: Schema = {
  type: "string",
  pattern: "^/?(subscriptions|resourceGroups|providers)(/|$)",
  [PATTERN_MESSAGE_KEYWORD]: "expected an ARM id, or a path that begins with resourceGroups or providers",
  description: "ARM id; without /subscriptions/… in front, one of the test's own subscription.",
};
const API_VERSION: Schema = {
  type: "string",
  description: "Version of the interface. Known for the types that the engine's own steps make.",
};
const INPUTS: Schema = {
  type: "object",
  description: "Values of the runbook's inputs. Secrets are made up when left out.",
};
const RUNBOOK: Schema = { type: "string", minLength: 1, description: "Path of a runbook, from this file's folder." };

export function testSchema(): Schema {
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "tests of a runbook",
    description: "What a runbook does on an emulator of its own, where time costs nothing. `runbook test` runs it.",
    type: "object",
    additionalProperties: false,
    required: ["version", "tests"],
    properties: {
      version: { const: 1, description: "Version of the format." },
      runbook: {
        ...RUNBOOK,
        description: "The runbook. When left out: the one named like this file, without `.test`.",
      },
      tests: {
        type: "array",
        minItems: 1,
        description: "Each runs by itself, on an emulator that is empty before it and gone after it.",
        items: { $ref: "#/definitions/test" },
      },
    },
    definitions: {
      test: {
        type: "object",
        required: ["name"],
        additionalProperties: false,
        properties: {
          name: { type: "string", minLength: 1, description: "What holds when the test passes." },
          inputs: INPUTS,
          before: {
            type: "array",
            description: "What is there before, made in this order.",
            items: { $ref: "#/definitions/before" },
          },
          faults: {
            type: "array",
            description: "Failures to inject, each as behind `--fault`: `throttle PUT */virtualMachines/*`.",
            items: { type: "string", minLength: 1 },
          },
          reject: {
            type: "array",
            description: "Steps whose question is answered no. All others are approved.",
            items: { type: "string", minLength: 1 },
            uniqueItems: true,
          },
          scripts: {
            type: "array",
            description:
              "What scripts of `run-command` say, so that none is run. The first item that fits counts; one that fits no script of the run is told.",
            items: { $ref: "#/definitions/script" },
          },
          expect: { $ref: "#/definitions/expect" },
        },
      },
      script: {
        type: "object",
        required: ["contains"],
        additionalProperties: false,
        properties: {
          contains: { type: "string", minLength: 1, description: "A text that the script holds." },
          vm: { type: "string", minLength: 1, description: "Name of the VM. Default any." },
          exitCode: { type: "integer", minimum: 0, maximum: 255, description: "Default 0." },
          stdout: { type: "string", description: "What it prints." },
          stderr: { type: "string", description: "What it tells as errors." },
        },
      },
      before: {
        type: "object",
        additionalProperties: false,
        properties: {
          runbook: { ...RUNBOOK, description: "A runbook that is run, from this file's folder." },
          inputs: INPUTS,
          put: PATH,
          body: { type: "object", description: "What is put there." },
          apiVersion: API_VERSION,
        },
      },
      expect: {
        type: "object",
        additionalProperties: false,
        description: "Without it, that the run is done.",
        properties: {
          status: { enum: ["done", "failed"], description: "How the run ends. Default done; failed with `failure`." },
          failure: {
            type: "object",
            additionalProperties: false,
            required: ["step"],
            properties: {
              step: { type: "string", description: "The step that fails." },
              code: { description: `Azure's error code. ${ANY_VALUE}` },
              message: { description: `Its message. ${ANY_VALUE}` },
            },
          },
          plan: {
            type: "object",
            description: "By step: what the plan says that it will do.",
            additionalProperties: { enum: [...CHANGES] },
          },
          steps: {
            type: "object",
            description: "By step: what it did.",
            additionalProperties: { enum: [...STEP_ENDS] },
          },
          outputs: { type: "object", description: `The runbook's outputs. ${ANY_VALUE}` },
          state: {
            type: "array",
            description: "What is there afterwards.",
            items: { $ref: "#/definitions/state" },
          },
          calls: {
            type: "object",
            description:
              "How many requests of the run match: `PUT */virtualMachines/*: 1`, or an operation's name as in `Microsoft.Compute/virtualMachines/write: 1`.",
            additionalProperties: { type: "integer", minimum: 0 },
          },
          again: { enum: ["no changes"], description: "What a plan after the run says." },
        },
      },
      state: {
        type: "object",
        required: ["get"],
        additionalProperties: false,
        properties: {
          get: PATH,
          apiVersion: API_VERSION,
          exists: { type: "boolean", description: "Whether it is there. Default true." },
          body: { type: "object", description: `What it is. ${ANY_VALUE}` },
        },
      },
    },
  };
}
