/** What the emulator can refuse with, read from its own source: every code, and the form of every text. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseAst } from "rolldown/parseAst";

interface Node {
  readonly type: string;
  readonly [field: string]: unknown;
}
export interface Said {
  readonly file: string;
  readonly codes: readonly string[];
  /** `…` stands for what is filled in. */
  readonly texts: readonly string[];
}
const root = fileURLToPath(new URL("../../../../engine/emulator", import.meta.url));
const isNode = (value: unknown): value is Node => typeof (value as Node | null)?.type === "string";

function walk(node: unknown, see: (node: Node, above: readonly Node[]) => void, above: readonly Node[] = []): void {
  if (Array.isArray(node)) for (const one of node) walk(one, see, above);
  else if (isNode(node)) {
    see(node, above);
    for (const value of Object.values(node)) if (typeof value === "object") walk(value, see, [...above, node]);
  }
}
/** The texts that an argument may be. */
function textsOf(node: Node): string[] {
  if (node.type === "Literal" && typeof node["value"] === "string") return [node["value"]];
  if (node.type === "ConditionalExpression")
    return [...textsOf(node["consequent"] as Node), ...textsOf(node["alternate"] as Node)];
  if (node.type === "TemplateLiteral")
    return [(node["quasis"] as { value: { cooked: string } }[]).map((q) => q.value.cooked).join("…")];
  return [];
}
const calleeOf = (node: Node): string | undefined => {
  if (node.type !== "CallExpression" && node.type !== "NewExpression") return undefined;
  const callee = node["callee"] as Node;
  return callee.type === "Identifier" ? (callee["name"] as string) : undefined;
};
const functionName = (above: readonly Node[]): string | undefined => {
  const at = above.findLastIndex((n) => /^(Arrow)?Function(Declaration|Expression)$/.test(n.type));
  const own = (above[at]?.["id"] as Node | null | undefined)?.["name"];
  const declared = (above[at - 1]?.["id"] as Node | undefined)?.["name"];
  return (own ?? (above[at - 1]?.type === "VariableDeclarator" ? declared : undefined)) as string | undefined;
};

/** Everything that makes an error, by name: the class, and each function that only fills it in. */
const makers = new Set(["AzureError", "gatewayError", "fault", "refuse"]);

export function errorsInSource(): readonly Said[] {
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  const parsed = files.toSorted().map((file) => {
    const text = readFileSync(`${root}/${file}`, "utf8");
    return { file, program: parseAst(text, { lang: "ts" }) as unknown };
  });
  // A function that hands its own parameters on to a maker is one too.
  for (let before = -1; before !== makers.size;) {
    before = makers.size;
    for (const { program } of parsed)
      walk(program, (node, above) => {
        const isMade = makers.has(calleeOf(node) ?? "");
        if (!isMade) return;
        const handsOn = (node["arguments"] as Node[]).some(
          (a) => a.type === "Identifier" && /^(message|text|code|error_description)$/.test(String(a["name"])),
        );
        const name = functionName(above);
        if (handsOn && name !== undefined && !/^(dispatch|outcome|throttled)/.test(name)) makers.add(name);
      });
  }
  const said: Said[] = [];
  for (const { file, program } of parsed)
    walk(program, (node) => {
      const found: string[] = [];
      if (makers.has(calleeOf(node) ?? "")) for (const a of node["arguments"] as Node[]) found.push(...textsOf(a));
      if (node.type === "ObjectExpression") {
        const members = new Map(
          (node["properties"] as Node[]).map((p) => [(p["key"] as Node | undefined)?.["name"], p["value"] as Node]),
        );
        const [code, message] = [members.get("code"), members.get("message") ?? members.get("why")];
        if (code && message) found.push(...textsOf(code), ...textsOf(message));
      }
      const codes = found.filter((t) => /^([A-Z][A-Za-z]+|[a-z]+_[a-z]+)$/.test(t));
      const texts = found.filter((t) => / /.test(t));
      if (codes.length + texts.length > 0) said.push({ file, codes, texts });
    });
  return said;
}
