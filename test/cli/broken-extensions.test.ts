// Extensions with mistakes: each is told of with its name and its place, and none ends the command without a word.

import { expect } from "chai";
import { execFileSync, type ExecFileException } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { importExtension } from "../../engine/cli/extension-module.ts";
import { projectFile } from "../support/project.ts";
import { Rig } from "../support/rig.ts";

const KNOWN = `name: "rename", summary: "Give a name.", inputs: Type.Object({ n: Type.String() }), outputs: Type.Object({ id: Type.String() })`;
const RUN = "*run({ n }) { return { id: n }; }";
const defined = (parts: string): string =>
  `import { defineStep, Type } from "azure-runbook";\nexport const step = defineStep({ ${parts} });\n`;
const runbook = (extension: string): string => `version: 1
name: broken
extensions: [${extension}]
steps:
  - id: only
    uses: rename
    with: { n: one }
`;

/** What is told of a module, at the name of the extension. */
const UNLOADED: readonly (readonly [what: string, module: string, message: string])[] = [
  [
    "ends the process",
    "process.exit(0);",
    "cannot be loaded: it calls process.exit, which would end this command (e.mjs:1:9)",
  ],
  ["is no JavaScript", "\nconst x = ;\n", "cannot be loaded: Unexpected token ';' (e.mjs:2:11)"],
  ["throws", "throw new Error('no\\nmore');", "cannot be loaded: no (e.mjs:1:7)"],
  ["imports a file", "import './gone.mjs';", "cannot be loaded: e.mjs imports gone.mjs, which is not there"],
  [
    "imports a package",
    "import 'gone-steps';",
    "cannot be loaded: e.mjs imports gone-steps, which is not installed here",
  ],
  [
    "has no inputs",
    defined(`...{ ${KNOWN} }, inputs: undefined, ${RUN}`),
    'cannot be loaded: step type "rename" has no `inputs`, expected Type.Object({ … }) (e.mjs:2:21)',
  ],
  [
    "takes a text",
    defined(`...{ ${KNOWN} }, inputs: Type.String(), ${RUN}`),
    'cannot be loaded: step type "rename" has `inputs` that describe no map, expected Type.Object({ … }) (e.mjs:2:21)',
  ],
  [
    "gives a text",
    defined(`...{ ${KNOWN} }, outputs: Type.String(), ${RUN}`),
    'cannot be loaded: step type "rename" has `outputs` that describe no map, expected Type.Object({ … }) (e.mjs:2:21)',
  ],
  [
    "has no name",
    defined(RUN),
    "cannot be loaded: a step type has no `name`, expected text such as route-table (e.mjs:2:21)",
  ],
  [
    "has no summary",
    defined(`name: "rename", ${RUN}`),
    'cannot be loaded: step type "rename" has no `summary`, expected one sentence (e.mjs:2:21)',
  ],
  [
    "has a word for a check",
    defined(`${KNOWN}, check: "all", ${RUN}`),
    'cannot be loaded: step type "rename" has a `check` that is no function (e.mjs:2:21)',
  ],
  [
    "has one example",
    defined(`${KNOWN}, examples: {}, ${RUN}`),
    'cannot be loaded: step type "rename" has `examples` that are no list (e.mjs:2:21)',
  ],
  [
    "has nothing to run",
    defined(KNOWN),
    'cannot be loaded: step type "rename" has a `run` that is no function, expected `*run(inputs) { … }` (e.mjs:2:21)',
  ],
  [
    "runs async",
    defined(`${KNOWN}, async ${RUN.slice(1)}`),
    'cannot be loaded: step type "rename" has a `run` that is async, expected `*run(inputs) { … }` (e.mjs:2:21)',
  ],
  [
    "generates async",
    defined(`${KNOWN}, async ${RUN}`),
    'cannot be loaded: step type "rename" has a `run` that is async, expected `*run(inputs) { … }` (e.mjs:2:21)',
  ],
  [
    "runs plainly",
    defined(`${KNOWN}, ${RUN.slice(1)}`),
    'cannot be loaded: step type "rename" has a `run` that is no generator, expected `*run(inputs) { … }` (e.mjs:2:21)',
  ],
  [
    "takes itself",
    defined(`...{ ${KNOWN} }, inputs: self(), ${RUN}`) +
      "function self() { const o = Type.Object({}); o.properties.o = o; return o; }",
    'has a schema in `inputs` of "rename" that cannot be read: it holds itself',
  ],
  [
    "gives itself",
    defined(`...{ ${KNOWN} }, outputs: self(), ${RUN}`) +
      "function self() { const o = Type.Object({}); o.properties.o = o; return o; }",
    'has a schema in `outputs` of "rename" that cannot be read: it holds itself',
  ],
  [
    "gives no known type",
    defined(`...{ ${KNOWN} }, outputs: Type.Object({ id: { type: "strong" } }), ${RUN}`),
    'has a schema in `outputs` of "rename" that cannot be read: schema is invalid: data/properties/id/type must be equal to one of the allowed values, data/properties/id/type must be array, data/properties/id/type must match a schema in anyOf',
  ],
];

/** What is told of a check, at the step. */
const CHECKS: readonly (readonly [what: string, check: string, message: string])[] = [
  ["throws", "check() { throw new Error('boom'); }", "fails: boom (rename, e.mjs:2:179)"],
  ["gives a number", "check: () => 3", "gives a number, expected a list of problems"],
  ["is async", "check: async () => []", "gives a promise (is it async?), expected a list of problems"],
  [
    "fails async",
    "check: async () => { throw new Error('later'); }",
    "gives a promise (is it async?), expected a list of problems",
  ],
  ["gives texts", "check: () => ['wrong']", "gives a problem without `at` and `message`, both of them text"],
];

/** What is told of outputs, when the step ends. */
const OUTPUTS: readonly (readonly [what: string, outputs: string, run: string, message: string])[] = [
  ["a number for a text", "id: Type.String()", "return { id: 3 };", '"id" is a number, expected text'],
  ["nothing", "id: Type.String()", "return;", "what `run` returns is empty, expected a map"],
  ["one less", "id: Type.String()", "return { id: undefined };", '"id" is missing from what `run` returns'],
  [
    "a wrong item",
    "all: Type.Array(Type.Integer())",
    "return { all: [1, 1.5] };",
    '"all[1]" is a number, expected an integer',
  ],
  [
    "a secret in clear",
    "key: SecretString()",
    "return { key: 'k' };",
    '"key" is described as a secret and given as text',
  ],
];

describe("an extension with a mistake", () => {
  const fail = async (module: string, argv: readonly string[]) => {
    // A module is read once in a process, so that each stands in a folder of its own.
    await using rig = await Rig.open({ "e.mjs": module, "e.yaml": runbook("./e.mjs") });
    return await rig.cli([...argv, "e.yaml"]);
  };
  for (const [what, module, message] of UNLOADED) {
    it(`is told at its name: one that ${what}`, async () => {
      const { code, stdout } = await fail(module, ["check", "--format", "json"]);
      const [found] = JSON.parse(stdout).diagnostics as { message: string; line: number }[];
      expect([code, found?.message, found?.line]).eql([65, `extension "./e.mjs" ${message}`, 3]);
    });
  }
  for (const [what, check, message] of CHECKS) {
    it(`is told at the step: a check that ${what}`, async () => {
      const { code, stdout } = await fail(defined(`${KNOWN}, ${check}, ${RUN}`), ["check", "--format", "json"]);
      const [found] = JSON.parse(stdout).diagnostics as { message: string; line: number }[];
      expect([code, found?.message, found?.line]).eql([
        65,
        `the check of step type "rename" of extension "./e.mjs" ${message}`,
        5,
      ]);
    });
  }
  for (const [what, outputs, run, message] of OUTPUTS) {
    it(`fails the step that gives ${what}`, async () => {
      const module = defined(`...{ ${KNOWN} }, outputs: Type.Object({ ${outputs} }), *run() { ${run} }`);
      const { code, stderr } = await fail(module.replace("Type }", "SecretString, Type }"), ["run", "--yes"]);
      const told = `step type "rename" gives outputs that are not as it describes them: ${message} [step-failed]`;
      expect(code).equal(1);
      expect(stderr).include(`e.yaml:5:9: error: step "only" failed: ${told}`);
    });
  }
  it("is told of a module that never comes to its end", async () => {
    await using rig = await Rig.open({ "e.mjs": "await new Promise(() => {});", "e.yaml": runbook("./e.mjs") });
    const bin = fileURLToPath(projectFile("dist/bundle/cli/bin.js"));
    try {
      execFileSync(process.execPath, [bin, "check", "e.yaml"], { cwd: rig.directory, encoding: "utf8", stdio: "pipe" });
      expect.fail("it ended well");
    } catch (thrown) {
      const { status, stdout } = thrown as ExecFileException & { status: number; stdout: string };
      expect(status).equal(65);
      expect(stdout.split("\n")[0]).equal(
        'e.yaml:3:14: error: extension "./e.mjs" does not come to the end of its module: what it awaits there never comes [extension]',
      );
    }
  });
  it("is no module of Node.js itself", async () => {
    await using rig = await Rig.open({ "e.yaml": runbook("fs") });
    const { stdout } = await rig.cli(["check", "e.yaml", "--format", "json"]);
    expect(JSON.parse(stdout).diagnostics[0].message).equal('extension "fs" is no package that is installed here');
  });
  it("leave the process as it was, also when two are imported at once", async () => {
    await using rig = await Rig.open({ "a.mjs": "await 0;", "b.mjs": "await 0; await 0;" });
    const { exit } = process;
    await Promise.all(["a.mjs", "b.mjs"].map((file) => importExtension(pathToFileURL(join(rig.directory, file)).href)));
    expect(process.exit).equal(exit);
  });
});
