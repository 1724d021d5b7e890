// Puts what tsc compiled, with the vendored packages, into a few files under dist/bundle: what the command loads together
// stands together. docs/decisions/0052-one-bundle.md tells why. dist/engine stays, for the types and for tests.
import { chmodSync, cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const engine = join(root, "dist/engine");

/**
 * Files that are started or loaded by their own names. All others are chunks beside them, so that a path that
 * a module has relative to itself means the same in dist/bundle/cli as in dist/engine/cli.
 */
const ENTRIES = {
  bin: "cli/installed-bin.js",
  start: "cli/bin.js",
  library: "index.js",
  "drill-worker": "cli/drill/drill-worker.js",
};

/** Loads packages, whose compiled code Node can keep from 22.8 on. */
const IMPORTER = `require("node:module").enableCompileCache?.();
module.exports = (name) => import(name);
`;

/** What is loaded together: a group is all that its modules import at once, without what a group before it has. */
const GROUPS = [
  {
    name: "core",
    of: ["cli/main.js", "run/clock.js", "cli/console-aside.js", "cli/command.js", "cli/commands/check.js"],
  },
  { name: "azure-emulator", of: ["emulator/emulator.js", "emulator/doors/https.js"] },
  { name: "azure-clients", matches: /\/dist\/vendor\/(azure|shared)-/ },
  {
    name: "running",
    of: ["cli/commands/run.js", "cli/commands/plan.js", "plan/plan-run.js", "azure/emulator-target.js"],
  },
];

export async function bundle() {
  const directory = join(root, "dist/bundle/cli");
  const output = await write(ENTRIES, { dir: directory, format: "cjs", codeSplitting: { groups: groups() } });
  for (const file of readdirSync(directory).filter((one) => one.endsWith(".js"))) importByScript(join(directory, file));
  writeFileSync(join(directory, "import-module.js"), IMPORTER);
  // It runs in a sandbox, where it is the only file and a module.
  await write({ bridge: "emulator/sandbox/bridge.js" }, { dir: directory, format: "esm" });
  // Required by its path, and only when there is something to explain.
  cpSync(join(engine, "runbook/generated/validators.cjs"), join(directory, "generated/validators.cjs"));
  for (const file of readdirSync(directory).filter((one) => one.endsWith(".js"))) inAscii(join(directory, file));
  writeFileSync(join(directory, "package.json"), '{ "type": "commonjs" }\n');
  chmodSync(join(directory, "bin.js"), 0o755);
  const { exports } = output.find(({ name, isEntry }) => isEntry && name === "library");
  writeFileSync(
    join(root, "dist/bundle/index.js"),
    `import library from "./cli/library.js";\nexport const { ${exports.join(", ")} } = library;\n`,
  );
}

async function write(entries, options) {
  const { rolldown } = await import("rolldown");
  const build = await rolldown({
    input: Object.fromEntries(Object.entries(entries).map(([name, file]) => [name, join(engine, file)])),
    cwd: root,
    platform: "node",
    external: (id) => !/^[./]|^\w:/.test(id) && !id.startsWith("\0"),
    // A module that some commands load later and others at once is nothing to warn of.
    logLevel: "silent",
  });
  const { output } = await build.write({
    entryFileNames: "[name].js",
    chunkFileNames: "[name]-[hash].js",
    // A stack trace still names functions; what goes are comments and blanks.
    minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
    ...options,
  });
  await build.close();
  return output;
}

/** A script that `vm` made has no `import`. */
function importByScript(file) {
  const text = readFileSync(file, "utf8");
  writeFileSync(
    file,
    text
      .replaceAll(/(?<![.\w$])import\(/g, 'require("./import-module.js")(')
      // A promise looks for `then` in what it is given, and of a chunk that Node has met in a circle it warns of that, once an
      // extension's import has made Node look through the chunks.
      .replaceAll(/(?<=Promise\.resolve\(\)\.then\(\(\)=>)(require\("[^"]*"\))/g, "({...$1})"),
  );
}

/** A text of nothing else is read without decoding, and takes one byte for each character. */
function inAscii(file) {
  const text = readFileSync(file, "utf8");
  writeFileSync(
    file,
    text.replaceAll(/[^\0-\x7f]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`),
  );
}

function groups() {
  const entries = new Set(Object.values(ENTRIES).map((file) => join(engine, file)));
  return GROUPS.map(({ name, of, matches }, index) => {
    let members;
    return {
      priority: GROUPS.length - index,
      name(id, chunking) {
        if (entries.has(id)) return undefined;
        if (index === 0 && id.includes("rolldown/runtime")) return name;
        if (matches) return matches.test(id.split(sep).join("/")) ? name : undefined;
        members ??= importedBy(
          of.map((file) => join(engine, file)),
          (one) => chunking.getModuleInfo(one),
        );
        return members.has(id) ? name : undefined;
      },
    };
  });
}

/** Modules and all that they import at once, directly or not. */
function importedBy(ids, getModuleInfo) {
  const found = new Set();
  const open = [...ids];
  while (open.length > 0) {
    const id = open.pop();
    if (found.has(id)) continue;
    const info = getModuleInfo(id);
    if (info === null || info === undefined) throw new Error(`bundle.mjs names ${id}, which is not there`);
    found.add(id);
    open.push(...info.importedIds.filter((one) => getModuleInfo(one)?.isExternal === false || one.startsWith(root)));
  }
  return found;
}
