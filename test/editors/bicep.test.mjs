// What `runbook export --to bicep` writes, read with the Bicep grammar of the tree-sitter project. No registry that the tests reach
// has Microsoft's compiler: names, cycles and what must be known before a deployment are looked at here, and the types of
// properties by nobody.

import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { Language, Parser } from "web-tree-sitter";

const root = fileURLToPath(new URL("../..", import.meta.url));
const RUNBOOKS = [
  ["runbooks/windows-vm-user-assigned-identity.yaml"],
  ["runbooks/linux-vm-system-assigned-identity.yaml"],
  ["runbooks/templates/vm-with-identity.yaml"],
  ["runbooks/templates/for-each.yaml", "--group", "myRunbook-blue"],
  ["test/exports/odd.yaml"],
];
/** Of Bicep's own; whatever else is called must be known to somebody. */
const FUNCTIONS = ["guid", "subscription", "resourceGroup", "resourceId", "subscriptionResourceId", "tenant"];

function exported(words) {
  const argv = ["dist/bundle/cli/bin.js", "export", ...words, "--to", "bicep"];
  const { stdout, stderr, status } = spawnSync(process.execPath, argv, { cwd: root, encoding: "utf8" });
  return { text: stdout, stderr, status };
}

describe("the Bicep that export writes", () => {
  let parser;
  before(async () => {
    await Parser.init();
    parser = new Parser();
    const folder = dirname(createRequire(import.meta.url).resolve("tree-sitter-bicep/package.json"));
    parser.setLanguage(await Language.load(`${folder}/tree-sitter-bicep.wasm`));
  });

  function* nodesIn(node) {
    yield node;
    for (const child of node.children) yield* nodesIn(child);
  }
  const named = (tree, type) => [...nodesIn(tree.rootNode)].filter((node) => node.type === type);
  const identifierOf = (declaration) => declaration.children.find(({ type }) => type === "identifier").text;

  /** What is wrong with a text, one line each. */
  function problemsIn(text) {
    const tree = parser.parse(text);
    const broken = [...nodesIn(tree.rootNode)].filter((node) => node.isError || node.isMissing);
    if (tree.rootNode.hasError) return broken.map((node) => `line ${node.startPosition.row + 1}: ${node.text}`);
    const problems = [];
    const declarations = ["parameter_declaration", "resource_declaration", "variable_declaration"];
    const symbols = declarations.flatMap((type) => named(tree, type)).map(identifierOf);
    for (const name of symbols.filter((one, index) => symbols.indexOf(one) !== index)) problems.push(`two ${name}`);
    const reads = new Map();
    for (const declaration of named(tree, "resource_declaration")) {
      const own = identifierOf(declaration);
      const type = named({ rootNode: declaration }, "string")[0].text;
      if (!/^'[\w.]+(\/\w+)+@\d{4}-\d{2}-\d{2}(-preview)?'$/.test(type)) problems.push(`${own} is a ${type}`);
      const [body] = named({ rootNode: declaration }, "object");
      for (const property of body.namedChildren) {
        const [key, value] = property.namedChildren;
        for (const { name, member } of readsIn(value)) {
          if (!symbols.includes(name)) problems.push(`${own} reads ${name}`);
          // https://learn.microsoft.com/azure/azure-resource-manager/bicep/diagnostics/bcp120
          const isEarly = ["name", "scope", "parent"].includes(key.text);
          if (isEarly && member !== undefined && !["id", "name"].includes(member))
            problems.push(`the ${key.text} of ${own} is known only after ${name}.${member}`);
          reads.set(own, [...(reads.get(own) ?? []), name]);
        }
      }
    }
    const isCyclic = (name, seen) =>
      seen.includes(name) || (reads.get(name) ?? []).some((one) => isCyclic(one, [...seen, name]));
    for (const name of reads.keys()) if (isCyclic(name, [])) problems.push(`${name} waits for itself`);
    for (const call of named(tree, "call_expression")) {
      const name = call.childForFieldName("function").text;
      if (![...FUNCTIONS, "secure", "description"].includes(name)) problems.push(`${name}() is no function`);
    }
    return problems;
  }

  /** The symbols that a value reads, each with the member that is read of it. */
  function readsIn(value) {
    return [...nodesIn(value)].flatMap((node) => {
      if (node.type !== "identifier") return [];
      const { parent } = node;
      if (parent.type === "object_property" && parent.namedChildren[0].equals(node)) return [];
      if (parent.type === "call_expression") return [];
      const member = parent.type === "member_expression" ? parent.childForFieldName("property")?.text : undefined;
      return [{ name: node.text, member }];
    });
  }

  for (const runbook of RUNBOOKS) {
    it(`is Bicep: ${runbook[0]}`, () => {
      const { text, stderr, status } = exported(runbook);
      expect([status, problemsIn(text)], stderr).eql([0, []]);
    });
  }
  it("would not be taken for Bicep if it were none", () => {
    const { text } = exported(["test/exports/odd.yaml"]);
    const changed = (from, to) => problemsIn(text.replace(from, to));
    expect(text).include("name: 'own'");
    expect(changed("name: 'own'", "name 'own'")).not.eql([]);
    expect(changed("'it\\'s", "'it's")).not.eql([]);
    expect(changed("id: vmPublicIPAddress.id", "id: publicIPAddress.id")).eql([
      "vmNetworkInterface reads publicIPAddress",
    ]);
    expect(changed("resource others ", "resource identity ")).eql(["two identity"]);
    expect(changed("guid(vm.id,", "guid(vm.identity.principalId,")).eql([
      "the name of onVm is known only after vm.identity",
    ]);
    expect(changed("  name: 'own'", "  name: 'own'\n  zones: [\n    vm.id\n    identity.id\n  ]")).eql([
      "identity waits for itself",
    ]);
    expect(changed("guid(", "uuid(")).eql(["uuid() is no function"]);
  });
});
