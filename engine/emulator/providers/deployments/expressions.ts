/** The expressions of ARM templates, as far as `az vm create` and small templates use them. */
import { createHash } from "node:crypto";
import { AzureError, gatewayError } from "../../wire.ts";

export type Value = unknown;
export interface Scope {
  readonly parameters: ReadonlyMap<string, Value>;
  readonly variables: Record<string, Value>;
  /** Of the request that brought the template. */
  readonly apiVersion: string;
  readonly subscriptionId: string;
  readonly tenantId: string;
  readonly group: { readonly id: string; readonly name: string; readonly location: string };
  /** The properties of a resource that is there, by its id, or of one of this deployment, by its name. */
  reference: (id: string) => Value;
}
/** Found by Resource Manager itself. */
export const invalidTemplate = (message: string, path = ""): AzureError =>
  gatewayError(400, "InvalidTemplate", `Deployment template validation failed: '${message}.'.`, {
    additionalInfo: [{ type: "TemplateViolation", info: { lineNumber: 1, linePosition: 1, path } }],
  });

/** A value with every `[expression]` in it worked out. */
export function resolve(value: Value, scope: Scope): Value {
  if (typeof value === "string") {
    if (value.startsWith("[[")) return value.slice(1);
    return /^\[[\s\S]*\]$/.test(value) ? new Reader(value.slice(1, -1), scope).whole() : value;
  }
  if (Array.isArray(value)) return value.map((v) => resolve(v, scope));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [String(resolve(k, scope)), resolve(v, scope)]));
}

class Reader {
  readonly #text: string;
  readonly #scope: Scope;
  #at = 0;
  constructor(text: string, scope: Scope) {
    this.#text = text;
    this.#scope = scope;
  }
  whole(): Value {
    const value = this.#expression();
    this.#blank();
    if (this.#at < this.#text.length) throw this.#misread();
    return value;
  }
  #misread(): AzureError {
    return invalidTemplate(
      `The template language expression '${this.#text}' is not valid: the part at position '${this.#at}' cannot be read`,
    );
  }
  #blank(): void {
    while (/\s/.test(this.#text[this.#at] ?? "")) this.#at += 1;
  }
  #take(pattern: RegExp): string | undefined {
    this.#blank();
    const found = new RegExp(pattern, "y");
    found.lastIndex = this.#at;
    const m = found.exec(this.#text);
    if (!m) return undefined;
    this.#at += m[0].length;
    return m[0];
  }
  #expression(): Value {
    const text = this.#take(/'(?:[^']|'')*'/);
    if (text !== undefined) return text.slice(1, -1).replaceAll("''", "'");
    const number = this.#take(/-?\d+/);
    if (number !== undefined) return Number(number);
    const name = this.#take(/[A-Za-z_]\w*/);
    if (name === undefined || this.#take(/\(/) === undefined) throw this.#misread();
    const args: Value[] = [];
    if (this.#take(/\)/) === undefined)
      for (;;) {
        args.push(this.#expression());
        if (this.#take(/,/) !== undefined) continue;
        if (this.#take(/\)/) === undefined) throw this.#misread();
        break;
      }
    return this.#members(call(name, args, this.#scope));
  }
  #members(start: Value): Value {
    let value = start;
    for (;;) {
      const member = this.#take(/\.\s*[A-Za-z_]\w*/);
      if (member !== undefined) value = memberOf(value, member.slice(1).trim());
      else if (this.#take(/\[/) !== undefined) {
        value = memberOf(value, this.#expression());
        if (this.#take(/\]/) === undefined) throw this.#misread();
      } else return value;
    }
  }
}
function memberOf(of: Value, name: Value): Value {
  if (typeof of !== "object" || of === null)
    throw invalidTemplate(
      `The language expression property '${String(name)}' cannot be read of a value that is no object`,
    );
  const key = Object.keys(of).find((k) => k.toLowerCase() === String(name).toLowerCase());
  if (key === undefined)
    throw invalidTemplate(
      `The language expression property '${String(name)}' doesn't exist, available properties are '${Object.keys(of).join(", ")}'`,
    );
  return (of as Record<string, Value>)[key];
}
const base32 = "abcdefghijklmnopqrstuvwxyz234567";
function call(name: string, args: Value[], scope: Scope): Value {
  const text = (index: number): string => String(args[index] ?? "");
  switch (name.toLowerCase()) {
    case "parameters":
      return required(scope.parameters, text(0), "parameter");
    case "variables":
      return required(new Map(Object.entries(scope.variables)), text(0), "variable");
    case "concat":
      return args.every(Array.isArray) ? args.flat() : args.map(String).join("");
    case "resourceid":
      return resourceId(args.map(String), scope);
    case "resourcegroup":
      return scope.group;
    case "subscription":
      return {
        id: `/subscriptions/${scope.subscriptionId}`,
        subscriptionId: scope.subscriptionId,
        tenantId: scope.tenantId,
      };
    case "reference":
      return scope.reference(
        text(0).startsWith("/") || !text(0).includes("/") ? text(0) : resourceId(splitId(text(0)), scope),
      );
    case "tolower":
      return text(0).toLowerCase();
    case "toupper":
      return text(0).toUpperCase();
    case "string":
      return typeof args[0] === "string" ? args[0] : JSON.stringify(args[0]);
    case "format":
      return text(0).replaceAll(/\{(\d+)\}/g, (_m, n: string) => text(Number(n) + 1));
    case "uniquestring":
    case "guid": {
      const digest = createHash("sha256").update(args.map(String).join("-")).digest();
      if (name.toLowerCase() === "uniquestring") return [...digest.subarray(0, 13)].map((b) => base32[b % 32]).join("");
      const h = digest.toString("hex");
      return `${h.slice(0, 8)}-${h.slice(8, 12)}-5${h.slice(13, 16)}-a${h.slice(17, 20)}-${h.slice(20, 32)}`;
    }
    case "equals":
      return JSON.stringify(args[0]) === JSON.stringify(args[1]);
    case "not":
      return args[0] !== true;
    case "if":
      return args[0] === true ? args[1] : args[2];
    case "empty":
      return (
        args[0] === undefined ||
        args[0] === "" ||
        (typeof args[0] === "object" && args[0] !== null && Object.keys(args[0]).length === 0)
      );
    case "true":
      return true;
    case "false":
      return false;
    case "null":
      return null;
    default:
      throw new AzureError(501, "NotEmulated", `The emulator does not know the template function '${name}'.`);
  }
}
function required(map: ReadonlyMap<string, Value>, name: string, what: string): Value {
  const key = [...map.keys()].find((k) => k.toLowerCase() === name.toLowerCase());
  if (key === undefined)
    throw invalidTemplate(
      `The template ${what} '${name}' is not found. Please see https://aka.ms/arm-syntax-${what}s for usage details`,
    );
  return map.get(key);
}
/** `Microsoft.Network/virtualNetworks/x` as the arguments of `resourceId`. */
export const splitId = (text: string): string[] => {
  const [namespace = "", ...rest] = text.split("/");
  const types = rest.filter((_, i) => i % 2 === 0);
  return [[namespace, ...types].join("/"), ...rest.filter((_, i) => i % 2 === 1)];
};
export function resourceId(args: readonly string[], scope: Scope): string {
  const at = args.findIndex((a) => a.includes("/"));
  const [group = scope.group.name, subscription = scope.subscriptionId] = args.slice(0, at).toReversed();
  const [type = "", ...names] = args.slice(at);
  const [namespace = "", ...types] = type.split("/");
  const path = types.map((t, i) => `${t}/${names[i] ?? ""}`).join("/");
  return `/subscriptions/${subscription}/resourceGroups/${group}/providers/${namespace}/${path}`;
}
