// Puts the packages that the engine loads at run time into a few files under dist/vendor, and lets dist/engine import
// those: Azure's clients alone are four hundred modules, and finding them took a third of a start.
// docs/decisions/0051-vendored-at-build.md tells why, and what it costs.
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

const PACKAGES = [
  "@azure/arm-authorization",
  "@azure/arm-compute",
  "@azure/arm-msi",
  "@azure/arm-resources",
  "@azure/core-lro",
  "@azure/core-rest-pipeline",
  "commander",
  "d3-dag",
  "fastest-levenshtein",
  "p-retry",
  "yaml",
];
const root = fileURLToPath(new URL("..", import.meta.url));
const vendor = join(root, "dist/vendor");
const fileOf = (name) => `${name.replace("@", "").replace("/", "-")}.js`;

export async function vendorPackages() {
  const cached = join(root, "node_modules/.cache/azure-runbook-vendor", digestOfInputs());
  if (!existsSync(cached)) {
    const { rolldown } = await import("rolldown");
    await bundle(rolldown, cached);
  }
  cpSync(cached, vendor, { recursive: true });
}

/** Lets what tsc has compiled import the vendored packages. */
export function importVendored() {
  for (const file of filesIn(join(root, "dist/engine"))) redirect(file);
}

/** Of what is installed and of this file. */
function digestOfInputs() {
  const hash = createHash("sha256");
  for (const file of [fileURLToPath(import.meta.url), join(root, "package-lock.json")]) hash.update(readFileSync(file));
  return hash.digest("hex").slice(0, 16);
}

async function bundle(rolldown, directory) {
  const input = Object.fromEntries(PACKAGES.map((name) => [fileOf(name).slice(0, -3), `vendor:${name}`]));
  const build = await rolldown({
    input,
    cwd: root,
    platform: "node",
    logLevel: "warn",
    plugins: [exportingAll(), builtinsLater()],
  });
  const making = `${directory}.making`;
  rmSync(making, { recursive: true, force: true });
  const { output } = await build.write({
    dir: making,
    format: "esm",
    entryFileNames: "[name].js",
    chunkFileNames: "shared-[name].js",
    // A stack trace still names functions; what goes are comments and blanks.
    minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
  });
  await build.close();
  writeFileSync(join(making, "package.json"), '{ "type": "module" }\n');
  writeFileSync(join(making, "LICENSES.txt"), licencesOf(output));
  cpSync(making, directory, { recursive: true });
  rmSync(making, { recursive: true });
}

/** Entries that export by name what Node would find: a CommonJS package has only a default export of its own. */
function exportingAll() {
  return {
    name: "exporting-all",
    resolveId: (id) => (id.startsWith("vendor:") ? id : undefined),
    async load(id) {
      if (!id.startsWith("vendor:")) return undefined;
      const name = id.slice("vendor:".length);
      const names = Object.keys(await import(name)).filter((one) => /^\w+$/.test(one) && one !== "module");
      return `export { ${names.join(", ")} } from ${JSON.stringify(name)};`;
    },
  };
}

/**
 * Two of Node's own modules that a start would load and not use: the streams of `node:process` are made when it is imported, and
 * commander needs `node:child_process` only for commands that are programs of their own.
 */
function builtinsLater() {
  const modules = {
    "node:process": "export default globalThis.process;",
    "node:child_process": `export default { spawn: (...given) => process.getBuiltinModule("node:child_process").spawn(...given) };`,
  };
  return {
    name: "builtins-later",
    resolveId: (id, importer = "") => (importer.includes("commander") && id in modules ? `later:${id}` : undefined),
    load: (id) => (id.startsWith("later:") ? modules[id.slice("later:".length)] : undefined),
  };
}

/** The licence of every package that is in the bundle, as the licences ask for. */
function licencesOf(output) {
  const folders = new Set();
  for (const { modules = {} } of output) {
    for (const id of Object.keys(modules)) {
      const folder = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id.split(sep).join("/"))?.[0];
      if (folder !== undefined) folders.add(folder);
    }
  }
  const texts = [...folders].toSorted().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const file = readdirSync(folder).find((one) => /^licen[cs]e(\.\w+)?$/i.test(one));
    const text = file === undefined ? "" : readFileSync(join(folder, file), "utf8").trim();
    return `${name} ${version} (${license})\n\n${text}\n`;
  });
  return texts.join(`\n${"-".repeat(72)}\n\n`);
}

function redirect(file) {
  const text = readFileSync(file, "utf8");
  const changed = text.replaceAll(/(\bfrom |\bimport\(|^import )"([^"]+)"/gm, (all, before, name) => {
    if (!PACKAGES.includes(name)) return all;
    const path = relative(dirname(file), join(vendor, fileOf(name)))
      .split(sep)
      .join("/");
    return `${before}"${path}"`;
  });
  if (changed !== text) writeFileSync(file, changed);
}

function* filesIn(directory) {
  mkdirSync(directory, { recursive: true });
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) yield* filesIn(path);
    else if (path.endsWith(".js")) yield path;
  }
}
