// The results of tests as JUnit's XML, as build servers read it: https://github.com/testmoapp/junitxml

import { renderDiagnostic } from "../../source/render-diagnostic.ts";
import type { FileOutcome, TestOutcome } from "./run-tests.ts";

export function junitXml(files: readonly FileOutcome[]): string {
  const all = files.flatMap(({ tests }) => tests);
  const errors = files.filter(({ problems }) => problems.length > 0).length;
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${counts(all, errors)}>`,
    ...files.flatMap(suite),
    "</testsuites>",
  ];
  return `${lines.join("\n")}\n`;
}

function suite({ path, problems, tests }: FileOutcome): readonly string[] {
  const open = `  <testsuite name=${quoted(path)}${counts(tests, problems.length > 0 ? 1 : 0)}>`;
  if (problems.length > 0) {
    const text = problems.map(renderDiagnostic).join("\n\n");
    return [
      open,
      `    <testcase name="the file can be run" classname=${quoted(path)} time="0.000">`,
      `      <error message=${quoted(problems[0]!.message)}>${escaped(text)}</error>`,
      "    </testcase>",
      "  </testsuite>",
    ];
  }
  return [open, ...tests.flatMap((test) => testCase(path, test)), "  </testsuite>"];
}

function testCase(path: string, { name, failures, ms }: TestOutcome): readonly string[] {
  const open = `    <testcase name=${quoted(name)} classname=${quoted(path)} time="${seconds(ms)}"`;
  const [first] = failures;
  if (first === undefined) return [`${open}/>`];
  const { line } = first.source.positionAt(first.span.start);
  return [
    `${open} file=${quoted(first.source.path)} line="${line}">`,
    `      <failure message=${quoted(first.message)}>${escaped(failures.map(renderDiagnostic).join("\n\n"))}</failure>`,
    "    </testcase>",
  ];
}

function counts(tests: readonly TestOutcome[], errors: number): string {
  const failed = tests.filter(({ failures }) => failures.length > 0).length;
  const ms = tests.reduce((sum, test) => sum + test.ms, 0);
  return ` tests="${tests.length + errors}" failures="${failed}" errors="${errors}" time="${seconds(ms)}"`;
}

const seconds = (ms: number): string => (ms / 1000).toFixed(3);
const quoted = (text: string): string => `"${escaped(text).replaceAll('"', "&quot;").replaceAll("\n", "&#10;")}"`;

/** XML 1.0 has no place for most control characters, escaped or not. */
function escaped(text: string): string {
  return (
    text
      // oxlint-disable-next-line no-control-regex -- they are what is looked for
      .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd")
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;")
  );
}
