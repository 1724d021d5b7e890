// The resources of a plan as a Bicep file for one resource group. What is done and not declared stays outside.

import { isJsonObject, type Json, type JsonObject } from "../../value/json.ts";
import { keyText, merge, quotedText, type Rendering, string, value } from "./bicep-values.ts";
import {
  derivedAssignmentScope,
  type ExportModel,
  type ExportedRequest,
  type LeftOut,
  piecesOf,
} from "./export-model.ts";

interface Declared {
  readonly symbol: string;
  readonly type: string;
  readonly apiVersion: string;
  /** ARM id as the plan has it; of a role assignment its scope alone. */
  readonly id: string;
  /** Below the type; empty for a role assignment, whose name is made of what it grants. */
  readonly name: string;
  body: JsonObject;
  readonly operations: string[];
}

export interface BicepFile {
  readonly text: string;
  readonly group: string;
}

/** Absent: the plan makes nothing in a resource group. `group` chooses one; throws `SeveralGroups` when there is a choice. */
export function bicepFile(model: ExportModel, group?: string): BicepFile | undefined {
  const groups = groupsIn(model);
  const chosen = group === undefined ? groups[0] : groups.find((one) => one.toLowerCase() === group.toLowerCase());
  if (chosen === undefined && group === undefined) return undefined;
  if (chosen === undefined || (group === undefined && groups.length > 1)) throw new SeveralGroups(groups);
  return { text: new Declarations(model, chosen).text(), group: chosen };
}

export class SeveralGroups extends Error {
  override readonly name = "SeveralGroups";
  readonly groups: readonly string[];
  constructor(groups: readonly string[]) {
    super(`the plan makes resources in ${groups.length} resource groups`);
    this.groups = groups;
  }
}

const IN_GROUP = /^\/subscriptions\/[^/]+\/resourcegroups\/([^/]+)(\/providers\/.+)$/i;

function groupsIn({ requests }: ExportModel): readonly string[] {
  const found = new Map<string, string>();
  for (const { method, path } of requests) {
    const name = method === "PUT" ? IN_GROUP.exec(literalOf(path))?.[1] : undefined;
    if (name !== undefined && !found.has(name.toLowerCase())) found.set(name.toLowerCase(), name);
  }
  return [...found.values()];
}

/** With a name in the place of what is not known. A path is as it went over the wire, where some clients write `(` as `%28`. */
const literalOf = (path: Json): string =>
  decodeURIComponent(
    piecesOf(path)
      .map((piece) => (typeof piece === "string" ? piece : piece.example))
      .join(""),
  );

class Declarations {
  readonly #model: ExportModel;
  readonly #group: string;
  readonly #declared: Declared[] = [];
  readonly #leftOut: LeftOut[];
  #tags: JsonObject | undefined;
  #location = "";

  constructor(model: ExportModel, group: string) {
    this.#model = model;
    this.#group = group;
    this.#leftOut = [...model.leftOut];
    for (const request of model.requests) this.#take(request);
  }

  #take(request: ExportedRequest): void {
    const { step, method, path, body, operation } = request;
    const leave = (why: string): void => void this.#leftOut.push({ step: step.id, why });
    const literal = literalOf(path);
    if (
      method === "PUT" &&
      new RegExp(`^/subscriptions/[^/]+/resourcegroups/${escaped(this.#group)}$`, "i").test(literal)
    ) {
      const { location, tags } = body as JsonObject;
      this.#location = typeof location === "string" ? location : "";
      this.#tags = isJsonObject(tags) ? tags : undefined;
      return;
    }
    const group = IN_GROUP.exec(literal)?.[1];
    if (method === "GET") return leave("it reads, and declares nothing");
    if (group?.toLowerCase() !== this.#group.toLowerCase())
      return leave(`its ${method} is outside of this resource group`);
    if (method === "PUT" && isJsonObject(body)) return this.#declare(request, body);
    const known = this.#declared.find(({ id }) => id.toLowerCase() === literal.toLowerCase());
    if (method !== "PATCH" || known === undefined || !isJsonObject(body))
      return leave(`its ${method} is something that is done, and not declared`);
    const merged = merge(known.body, body);
    const before = known.body;
    known.body = merged;
    if (this.#reaches(known, known.symbol)) {
      known.body = before;
      return leave("what it changes would make two resources wait for each other");
    }
    known.operations.push(operation);
  }

  #declare({ step, path, apiVersion, operation }: ExportedRequest, body: JsonObject): void {
    const derived = derivedAssignmentScope(path);
    const literal = literalOf(path);
    const at = literal.toLowerCase().lastIndexOf("/providers/");
    const [namespace = "", ...rest] = literal.slice(at + "/providers/".length).split("/");
    const types = rest.filter((_, index) => index % 2 === 0);
    const names = rest.filter((_, index) => index % 2 === 1);
    this.#declared.push({
      symbol: this.#symbol(step.id, types.at(-1) ?? "resource", operation),
      type: `${namespace}/${types.join("/")}`,
      apiVersion,
      id: derived === undefined ? literal : literal.slice(0, at),
      name: derived === undefined ? names.join("/") : "",
      body,
      operations: [operation],
    });
  }

  /** The last thing that a step makes has the step's name; the others say what they are. */
  #symbol(step: string, type: string, operation: string): string {
    const own = this.#model.requests.filter((one) => one.step.id === step && one.method === "PUT");
    const base = step.replaceAll(/\W+(\w?)/g, (_all, letter: string) => letter.toUpperCase());
    const kind = type.replace(/ies$/, "y").replace(/(?<=ss)es$|(?<!s)s$/, "");
    const wanted =
      own.at(-1)?.operation === operation ? base : `${base}${kind.slice(0, 1).toUpperCase()}${kind.slice(1)}`;
    const taken = new Set(this.#declared.map(({ symbol }) => symbol));
    let symbol = wanted;
    for (let index = 2; taken.has(symbol) || RESERVED.has(symbol); index++) symbol = `${wanted}${index}`;
    return symbol;
  }

  /** Whether a resource refers to another one, or to one that does. */
  #reaches(from: Declared, symbol: string, seen = new Set<string>()): boolean {
    const text = value(from.body, this.#rendering(from), "");
    return this.#declared.some((other) => {
      if (other === from || !new RegExp(`\\b${other.symbol}\\.`).test(text) || seen.has(other.symbol)) return false;
      seen.add(other.symbol);
      return other.symbol === symbol || this.#refersTo(other, symbol) || this.#reaches(other, symbol, seen);
    });
  }

  #refersTo(other: Declared, symbol: string): boolean {
    return new RegExp(`\\b${symbol}\\.`).test(value(other.body, this.#rendering(other), ""));
  }

  text(): string {
    const { plan, secrets } = this.#model;
    const tags =
      this.#tags === undefined
        ? ""
        : ` --tags ${Object.entries(this.#tags)
            .map(([key, tag]) => singleQuoted(`${key}=${String(tag)}`))
            .join(" ")}`;
    const given = secrets.length === 0 ? "" : ` --parameters ${secrets.map((name) => `${name}=…`).join(" ")}`;
    return [
      `// The resources of the runbook ${plan.runbook.name}, made by \`runbook export --to bicep\`. Deploy them with:`,
      ...(this.#location === ""
        ? []
        : [`//   az group create --name ${shellWord(this.#group)} --location ${this.#location}${tags}`]),
      `//   az deployment group create --resource-group ${shellWord(this.#group)} --template-file <this file>${given}`,
      ...(this.#leftOut.length === 0 ? [] : ["//", "// It leaves out:"]),
      ...this.#leftOut.map(({ step, why }) => `// - the step "${step}": ${why}`),
      "targetScope = 'resourceGroup'",
      ...secrets.flatMap((name) => ["", "@secure()", `param ${name} string`]),
      ...this.#declared.flatMap((one) => ["", ...this.#resource(one)]),
      "",
    ].join("\n");
  }

  #resource(one: Declared): readonly string[] {
    const { symbol, type, apiVersion, body } = one;
    const rendering = this.#rendering(one);
    const members = Object.entries(body).filter(([key]) => key !== "id" && key !== "name" && key !== "type");
    return [
      `resource ${symbol} '${type}@${apiVersion}' = {`,
      `  name: ${one.name === "" ? this.#assignmentName(one, rendering) : string([one.name], rendering)}`,
      ...this.#scope(one),
      ...members.map(([key, member]) => `  ${keyText(key, rendering)}: ${value(member, rendering, "  ")}`),
      "}",
    ];
  }

  /** A resource's name must be known before anything is made, so it is not made of a `principalId`. */
  #assignmentName({ id, body }: Declared, rendering: Rendering): string {
    const properties = isJsonObject(body["properties"]) ? body["properties"] : {};
    const [hole] = piecesOf(properties["principalId"] ?? "").filter((piece) => typeof piece === "object");
    const holder = hole?.from === undefined ? undefined : this.#byOperation(hole.from.operation);
    const principal =
      holder === undefined ? value(properties["principalId"] ?? "", rendering, "") : `${holder.symbol}.id`;
    const role = String(properties["roleDefinitionId"]).split("/").at(-1) ?? "";
    return `guid(${string([id], rendering)}, ${principal}, '${role}')`;
  }

  /** What an extension of another resource belongs to; of the group nothing has to be said. */
  #scope({ id, name }: Declared): readonly string[] {
    if (name !== "") return [];
    const holder = this.#declared.find((other) => other.name !== "" && other.id.toLowerCase() === id.toLowerCase());
    return holder === undefined ? [] : [`  scope: ${holder.symbol}`];
  }

  #byOperation(operation: string): Declared | undefined {
    return this.#declared.find(({ operations }) => operations.includes(operation));
  }

  #rendering(own: Declared): Rendering {
    const { subscriptionId } = this.#model.plan.target;
    const group = `/subscriptions/${subscriptionId}/resourceGroups/${this.#group}`;
    const ids = this.#declared
      .filter((other) => other !== own && other.name !== "")
      .map(({ id, symbol }) => ({ id, text: `\${${symbol}.id}` }))
      .toSorted((a, b) => b.id.length - a.id.length);
    const known = [
      ...ids,
      { id: group, text: "${resourceGroup().id}" },
      { id: `/subscriptions/${subscriptionId}`, text: "${subscription().id}" },
      { id: subscriptionId, text: "${subscription().subscriptionId}" },
    ];
    return {
      known,
      hole: ({ from, example }) => {
        const holder = from && this.#byOperation(from.operation);
        if (holder === undefined || from === undefined) return quotedText(example);
        return `\${${holder.symbol}${from.at
          .split("/")
          .slice(1)
          .map((part) => (/^\d+$/.test(part) ? `[${part}]` : `.${part}`))
          .join("")}}`;
      },
    };
  }
}

/** Words that name something else in a Bicep file. */
const RESERVED: ReadonlySet<string> = new Set([
  "resourceGroup",
  "subscription",
  "resource",
  "param",
  "var",
  "output",
  "module",
  "guid",
  "for",
  "if",
  "existing",
  "null",
  "true",
  "false",
  "type",
  "func",
  "import",
  "targetScope",
  "metadata",
]);

/** For a POSIX shell. */
const singleQuoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
const shellWord = (text: string): string => (/^[\w.-]+$/.test(text) ? text : singleQuoted(text));
const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
