// Writes what is made from the step types (the editor's schema, the precompiled validators, their page of documentation)
// and from the guest scripts.
// `--check` writes nothing and fails when a file is not what would be written.

import { Ajv } from "ajv";
import standalone from "ajv/dist/standalone/index.js";
import { readFileSync, writeFileSync } from "node:fs";
import { AJV_OPTIONS, QUICK_OPTIONS, quickSchemasOf, schemasOf } from "../dist/engine/runbook/compile.js";
import { runbookSchema } from "../dist/engine/runbook/schema.js";
import { builtinSteps } from "../dist/engine/steps/builtin/index.js";
import { faultPlanSchema } from "../dist/engine/cli/faults/fault-schema.js";
import { PlanSchema } from "../dist/engine/plan/model.js";
import { testSchema } from "../dist/engine/cli/testing/test-schema.js";
import { pageOfStep } from "../dist/engine/report/step-pages.js";
import { stepsMarkdown } from "../dist/engine/report/steps-markdown.js";
import { systemClock } from "../dist/engine/run/clock.js";
import { coverage } from "./coverage.mjs";
import { guestFiles } from "./guest-scripts.mjs";

/** The code of compiled schemas, which needs nothing of Ajv when it runs, and the name that each has in it. */
function compiled(schemas, options) {
  const ajv = new Ajv({ ...options, code: { source: true, esm: true, optimize: 1 } });
  const names = new Map();
  for (const [index, [id, schema]] of [...schemas].entries()) {
    ajv.addSchema(schema, id);
    names.set(`root${index}`, id);
  }
  const code = standalone
    .default(ajv, Object.fromEntries(names))
    // The standalone text asks for Ajv's own run-time functions with `require`, which a module does not have.
    .replaceAll(/const (\w+) = require\("ajv\/dist\/runtime\/(\w+)"\)\.default;/g, (_all, name, file) => {
      if (file === "ucs2length") return `const ${name} = (text) => Array.from(text).length;`;
      if (file === "equal") return `const ${name} = (a, b) => JSON.stringify(a) === JSON.stringify(b);`;
      throw new Error(`the validator needs ajv/dist/runtime/${file}`);
    })
    .replaceAll(/^export default .*$/gm, "")
    .replaceAll(/\bexport const (root\d+) = /g, "const $1 = ");
  if (code.includes("require(")) throw new Error("the validator still needs require");
  const byId = [...names].map(([name, id]) => `  ${JSON.stringify(id)}: ${name},`).join("\n");
  return { code: `// Made by scripts/generate.mjs. Do not edit.\n${code}`, byId: `{\n${byId}\n}` };
}

const explaining = compiled(schemasOf(builtinSteps), AJV_OPTIONS);
const quick = compiled(quickSchemasOf(builtinSteps), QUICK_OPTIONS);
// What is wrong is not asked of them, only how often: most of the code would tell it. A pattern is made when it is first asked.
const quickCode = [
  [/\{instancePath[,:](?:[^{}]|\{[^{}]*\})*?\}(?=;|\])/g, "0"],
  [
    /const (err\d+) = [^;]*;if\(vErrors === null\)\{vErrors = \[\1\];\}else \{vErrors\.push\(\1\);\}errors\+\+;/g,
    "errors++;",
  ],
  [
    /vErrors = vErrors === null \? ([\w.]+)\.errors : vErrors\.concat\(\1\.errors\);errors = vErrors\.length;/g,
    "errors++;",
  ],
  [/if\(vErrors !== null\)\{if\(_errs\d+\)\{vErrors\.length = _errs\d+;\}else \{vErrors = null;\}\}/g, ""],
  [/[\w.]+\.errors = vErrors;return errors === 0;/g, "return errors === 0;"],
  [/let vErrors = null;/g, ""],
  [/\b([\w.]+)\((data[\w.[\]]*), \{instancePath[,:](?:[^{}]|\{[^{}]*\})*?\}\)/g, "$1($2)"],
  [/\(data, \{instancePath="", parentData, parentDataProperty, rootData=data\}=\{\}\)/g, "(data)"],
  [/const (pattern\d+) = new RegExp\(("(?:[^"\\]|\\.)*"), "u"\);/g, "const $1 = pattern($2);"],
].reduce((code, [from, to]) => code.replaceAll(from, to), quick.code);
const left = /.{80}\b(?:vErrors|instancePath)\b.{80}/.exec(quickCode);
if (left !== null) throw new Error(`the quick validators still tell something: ${left[0]}`);
const lazyPattern = `function pattern(source) {
  let made;
  return { test: (text) => (made ??= new RegExp(source, "u")).test(text) };
}`;
const plan = compiled([["plan", PlanSchema]], {});

const planSchema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "A saved plan of the command runbook",
  ...JSON.parse(JSON.stringify(PlanSchema)),
};

const types = [...builtinSteps.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
const pages = [];
// A copy: the compiled schemas of the registry itself are what is made here, and may be of an older one.
const registry = new Map(builtinSteps);
for (const type of types) pages.push(await pageOfStep(type, registry, systemClock));

const files = {
  "schemas/test.schema.json": `${JSON.stringify(testSchema(), null, 2)}\n`,
  "docs/steps.md": stepsMarkdown(pages),
  "schemas/faults.schema.json": `${JSON.stringify(faultPlanSchema(), null, 2)}\n`,
  "schemas/plan.schema.json": `${JSON.stringify(planSchema, null, 2)}\n`,
  "schemas/runbook.schema.json": `${JSON.stringify(runbookSchema(builtinSteps), null, 2)}\n`,
  "engine/runbook/generated/validators.cjs": `${explaining.code}\nmodule.exports = ${explaining.byId};\n`,
  "engine/runbook/generated/quick-validators.js": `${quickCode}\n${lazyPattern}\nexport const quick = ${quick.byId};\n`,
  "engine/plan/generated/plan-validator.js": `${plan.code}\nexport { root0 as isPlan };\n`,
  "engine/emulator/COVERAGE.md": await coverage(),
  ...guestFiles(),
};
for (const [file, text] of Object.entries(files)) {
  const url = new URL(`../${file}`, import.meta.url);
  if (!process.argv.includes("--check")) writeFileSync(url, text);
  else if (read(url) !== text) {
    process.stderr.write(`${file} is not what it is made from; run \`npm run generate\`\n`);
    process.exitCode = 1;
  }
}

function read(url) {
  try {
    return readFileSync(url, "utf8");
  } catch {
    return undefined;
  }
}
