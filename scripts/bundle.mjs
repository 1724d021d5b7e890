// Puts what tsc compiled, with the vendored packages, into a few files under dist/bundle: what the command loads together
// stands together. docs/decisions/0052-one-bundle.md tells why. dist/engine stays, for the types and for tests.
import { chmodSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const engine = join(root, "dist/engine");

/**
 * Files that are started or imported by their own names. All others are chunks beside the command, so that a path that
 * a module has relative to itself means the same in dist/bundle/cli as in dist/engine/cli.
 */
const ENTRIES = {
  index: "index.js",
  "cli/bin": "cli/bin.js",
  "cli/drill-worker": "cli/drill/drill-worker.js",
  "cli/bridge": "emulator/sandbox/bridge.js",
};

/** What is loaded together: a group is all that its modules import at once, without what a group before it has. */
const GROUPS = [
  { name: "core", of: ["cli/main.js", "run/clock.js", "cli/commands/check.js"] },
  { name: "azure-emulator", of: ["emulator/emulator.js", "emulator/doors/https.js"] },
  { name: "azure-clients", matches: /\/dist\/vendor\/(azure|shared)-/ },
  {
    name: "running",
    of: ["cli/commands/run.js", "cli/commands/plan.js", "plan/plan-run.js", "azure/emulator-target.js"],
  },
];

export async function bundle() {
  const { rolldown } = await import("rolldown");
  const build = await rolldown({
    input: Object.fromEntries(Object.entries(ENTRIES).map(([name, file]) => [name, join(engine, file)])),
    cwd: root,
    platform: "node",
    external: (id) => !/^[./]|^\w:/.test(id) && !id.startsWith("\0"),
    // A module that some commands load later and others at once is nothing to warn of.
    logLevel: "silent",
  });
  await build.write({
    dir: join(root, "dist/bundle"),
    format: "esm",
    entryFileNames: "[name].js",
    chunkFileNames: "cli/[name]-[hash].js",
    codeSplitting: { groups: groups() },
    plugins: [withoutFacades()],
    // A stack trace still names functions; what goes are comments and blanks.
    minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
  });
  await build.close();
  for (const file of readdirSync(join(root, "dist/bundle"), { recursive: true })) {
    if (file.endsWith(".js")) inOneByte(join(root, "dist/bundle", file));
  }
  chmodSync(join(root, "dist/bundle/cli/bin.js"), 0o755);
}

/** A text with one character beyond Latin-1 takes two bytes for each, and twice the time to be read. */
function inOneByte(file) {
  const text = readFileSync(file, "utf8");
  writeFileSync(
    file,
    text.replaceAll(/[^\0-\xff]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`),
  );
}

/**
 * Takes Node's own modules as `require` would. An import of one makes a module of all its properties first, and asks each
 * for its value: `node:fs` so loads every kind of stream, `node:process` opens standard input.
 */
function withoutFacades() {
  return {
    name: "without-facades",
    renderChunk(code, { name }) {
      if (name === "cli/bridge") return undefined;
      return code.replaceAll(
        /^import (?:([\w$]+)(?:, )?)?(?:\* as ([\w$]+)|\{ ([^}]+) \})? ?from "((?:node:)[\w/]+)";$/gm,
        (_all, whole, namespace, names, module) => {
          const taken = `process.getBuiltinModule("${module}")`;
          const one = whole ?? namespace;
          const some = names && `const { ${names.replaceAll(" as ", ": ")} } = ${one ?? taken};`;
          return [one && `const ${one} = ${taken};`, some].filter(Boolean).join(" ");
        },
      );
    },
  };
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
