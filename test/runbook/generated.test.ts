import { Ajv } from "ajv";
import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { AJV_OPTIONS, schemasOf } from "../../engine/runbook/compile.ts";
import { runbookSchema } from "../../engine/runbook/schema.ts";
import { builtinSteps } from "../../engine/steps/builtin/index.ts";
import { projectFile, readProjectFile } from "../support/project.ts";

/** Everything that a compiled module imports before it runs, directly or not: files, and packages by name. */
function importsOf(module: URL, found = new Set<string>()): ReadonlySet<string> {
  if (found.has(module.href)) return found;
  found.add(module.href);
  for (const [, from] of readFileSync(module, "utf8").matchAll(
    /^(?:import|export)\b(?:[^;"']*?\bfrom)?\s*["']([^"']+)["'];$/gm,
  )) {
    if (from!.startsWith(".")) importsOf(new URL(from!, module), found);
    else found.add(from!);
  }
  return found;
}

describe("what is generated from the step types", () => {
  it("is the editor's schema in the repository", () => {
    const written = readProjectFile("schemas/runbook.schema.json");
    const hint = "run `npm run generate`";
    expect(JSON.parse(written), hint).eql(JSON.parse(JSON.stringify(runbookSchema(builtinSteps))));
  });
  it("is the precompiled validators, by the script that writes both", () => {
    const script = fileURLToPath(projectFile("scripts/generate.mjs"));
    execFileSync(process.execPath, [script, "--check"], { stdio: "pipe" });
  }).timeout(60_000);
  it("is a schema that Ajv compiles in strict mode", () => {
    const ajv = new Ajv(AJV_OPTIONS);
    for (const schema of schemasOf(builtinSteps).values()) ajv.compile(schema);
  });
  it("says of every pattern what is expected", () => {
    const silent: unknown[] = [];
    const walk = (node: unknown): void => {
      if (typeof node !== "object" || node === null) return;
      // Of a value or an expression it is the value's words that are shown.
      if ("pattern" in node && typeof node.pattern === "string" && !("patternErrorMessage" in node)) {
        if (node.pattern !== "\\$\\{\\{") silent.push(node);
      }
      Object.values(node).forEach(walk);
    };
    walk(runbookSchema(builtinSteps));
    expect(silent).eql([]);
  });
});

describe("loading a runbook", () => {
  it("imports neither Azure's clients nor the compiler of schemas", () => {
    const load = importsOf(new URL("../../engine/runbook/load.js", import.meta.url));
    const vendored = [...load].flatMap((one) => /\/vendor\/(.*)\.js$/.exec(one)?.[1] ?? []);
    const bare = [...load].filter((one) => !/^(?:file|node):/.test(one));
    const packages = [...vendored, ...bare].filter((one) => !one.startsWith("shared-rolldown-runtime"));
    expect(packages.toSorted()).eql(["fastest-levenshtein", "yaml"]);
  });
  it("does not load the compiler of schemas for the built-in step types either", () => {
    const at = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href);
    const program = `
      import { createRequire } from "node:module";
      const { loadRunbook } = await import(${at("../../engine/runbook/load.js")});
      const { builtinSteps } = await import(${at("../../engine/steps/builtin/index.js")});
      loadRunbook("version: 1\\nname: x\\nsteps: []\\n", { file: "x.yaml", registry: builtinSteps });
      const loaded = Object.keys(createRequire(${at("../../engine/runbook/load.js")}).cache);
      process.stdout.write(loaded.filter((file) => /node_modules.(?:ajv|@azure)/.test(file)).join());
    `;
    const output = execFileSync(process.execPath, ["--input-type=module", "--eval", program], { encoding: "utf8" });
    expect(output).equal("");
  }).timeout(60_000);
});
