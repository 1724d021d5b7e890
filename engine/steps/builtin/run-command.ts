// `run-command`: a script of the author's inside a VM, through Run Command. What it does there nobody can see beforehand.
// https://learn.microsoft.com/azure/virtual-machines/run-command-overview

import { idProblems } from "../arm-id.ts";
import { defineStep, PATTERN_MESSAGE_KEYWORD, SecretString } from "../definition.ts";
import { runScript } from "../operation.ts";
import { Type } from "../type.ts";
import { vmId } from "./fields.ts";

const HOUR_S = 3600;
const parameterNames = {
  pattern: "^[A-Za-z_][A-Za-z0-9_]{0,63}$",
  [PATTERN_MESSAGE_KEYWORD]: "expected a letter or `_`, then letters, digits and `_`, at most 64 in all",
};

export const runCommand = defineStep({
  name: "run-command",
  summary: "Run a script inside a VM, with its exit code and output; fails when the script does.",
  inputs: Type.Object(
    {
      vm: vmId,
      script: Type.String({ description: "The script: PowerShell on Windows, a POSIX shell on Linux.", minLength: 1 }),
      parameters: Type.Optional(
        // Run Command leaves out empty ones without a word.
        Type.Record(Type.String(), Type.String({ minLength: 1 }), {
          description: "On Linux variables of the environment, on Windows parameters of the script (`param($name)`).",
          propertyNames: parameterNames,
        }),
      ),
      secretParameters: Type.Optional(
        Type.Record(Type.String(), SecretString(), {
          description: "The same for secrets, which Azure does not show again.",
          propertyNames: parameterNames,
        }),
      ),
      exitCodes: Type.Optional(
        Type.Array(Type.Integer(), { description: "Exit codes that are no failure. Default [0].", minItems: 1 }),
      ),
      timeoutSeconds: Type.Optional(
        Type.Integer({
          description: "The script is stopped when it takes longer. Default 3600.",
          minimum: 1,
          maximum: 24 * HOUR_S,
        }),
      ),
    },
    { additionalProperties: false },
  ),
  outputs: Type.Object({
    exitCode: Type.Integer(),
    stdout: Type.String({ description: "What it printed, its last 4,096 bytes." }),
    stderr: Type.String({ description: "What it told as errors, its last 4,096 bytes." }),
  }),
  examples: [
    {
      title: "A file in a Linux machine",
      note: "On the emulator scripts run only in a sandbox, with bubblewrap: `runbook run <file> --guest sandbox`.",
      with: {
        vm: "${{ steps.vm.outputs.id }}",
        script: 'echo "$greeting" > /tmp/greeting\nwc -c /tmp/greeting\n',
        parameters: { greeting: "hello" },
      },
    },
  ],
  check(known) {
    const names = new Set(Object.keys(known.parameters ?? {}).map((name) => name.toLowerCase()));
    const twice = Object.keys(known.secretParameters ?? {}).filter((name) => names.has(name.toLowerCase()));
    return [
      ...idProblems("/vm", known.vm, "Microsoft.Compute/virtualMachines"),
      ...twice.map((name) => ({
        at: `/secretParameters/${name}`,
        message: `"${name}" is a parameter as well`,
        isAboutKey: true,
      })),
    ];
  },
  *run({ vm, script, parameters = {}, secretParameters = {}, exitCodes = [0], timeoutSeconds = HOUR_S }) {
    const { exitCode, stdout, stderr } = yield* runScript({ vm, script, parameters, secretParameters, timeoutSeconds });
    if (exitCodes.includes(exitCode)) return { exitCode, stdout, stderr };
    const told = (stderr.trim() === "" ? stdout : stderr).trim();
    const lines = told === "" ? "; it said nothing" : `: ${told.split("\n").slice(-LAST_LINES).join("\n")}`;
    throw new Error(`the script ended with exit code ${exitCode}${lines}`);
  },
});

/** Of what a script said last, so much is told when it fails. */
const LAST_LINES = 10;
