// Microsoft's OpenAPI documents, as strict as they are meant: oav takes any value where a schema has properties but no type,
// and does not look at enumerations that may still grow.
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A copy in which a schema with properties is an object, and an enumeration is complete. `remove` takes it away. */
export function strictDocuments(specs) {
  const directory = mkdtempSync(join(tmpdir(), "strict-documents-"));
  copy(specs, directory);
  return { directory, remove: () => rmSync(directory, { recursive: true, force: true }) };
}
function copy(from, to) {
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory() && entry.name !== "examples") {
      mkdirSync(target);
      copy(source, target);
    } else if (entry.name.endsWith(".json"))
      writeFileSync(target, JSON.stringify(strict(JSON.parse(readFileSync(source, "utf8")))));
    else symlinkSync(source, target);
  }
}
function strict(value, isSchema = true) {
  if (Array.isArray(value)) return value.map((member) => strict(member));
  if (typeof value !== "object" || value === null) return value;
  // A member of `properties` or `definitions` may be called `type` or `properties` itself.
  const out = Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      strict(member, !(isSchema && (name === "properties" || name === "definitions"))),
    ]),
  );
  if (!isSchema) return out;
  if (typeof out.properties === "object" && out.type === undefined) out.type = "object";
  // Of the sizes of VMs the documents have only the oldest, and say so.
  const { modelAsString, name } = out["x-ms-enum"] ?? {};
  if (modelAsString === true && name !== "VirtualMachineSizeTypes") out["x-ms-enum"].modelAsString = false;
  return out;
}
