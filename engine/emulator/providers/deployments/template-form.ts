/** What Resource Manager refuses in a template before it looks at any value: parts that are missing, and words it does not know. */
import { AzureError, type Body } from "../../wire.ts";
import { invalidTemplate } from "./expressions.ts";

const unparsed = (what: string): AzureError =>
  new AzureError(
    400,
    "InvalidTemplate",
    `Deployment template parse failed: '${what}'.`,
    { additionalInfo: [{ type: "TemplateViolation", info: { lineNumber: 0, linePosition: 0, path: "" } }] },
    { "x-ms-failure-cause": "gateway" },
  );
function requireMember(of: Body, name: string, path: string): void {
  if (of[name] === undefined)
    throw unparsed(`Required property '${name}' not found in JSON. Path '${path}', line 1, position 1.`);
}
/** An empty text is there, but says nothing. */
function requireText(of: Body, name: string, path: string): void {
  requireMember(of, name, path);
  const value: unknown = of[name];
  if (typeof value !== "string" || value.trim() === "")
    throw unparsed(
      `Error converting value ${JSON.stringify(value)} to type 'System.String'. Path '${path === "" ? "" : `${path}.`}${name}', line 1, position 1.`,
    );
}

const schemas = "2014-04-01-preview,2015-01-01,2018-05-01,2019-04-01,2019-08-01";
const types = ["string", "securestring", "int", "bool", "object", "secureobject", "array"];

export function requireTemplate(template: Body): void {
  requireText(template, "$schema", "");
  const schema = String(template["$schema"]);
  const [, version = ""] =
    /^https?:\/\/schema\.management\.azure\.com\/schemas\/([^/]+)\/\w*deploymentTemplate\.json#?$/i.exec(schema) ?? [];
  if (!schemas.split(",").includes(version.toLowerCase()))
    throw invalidTemplate(
      `The template schema '${schema}' is not supported. Supported versions are '${schemas}'. Please see https://aka.ms/arm-syntax for usage details`,
    );
  requireText(template, "contentVersion", "");
  if (!/^\d+(\.\d+){3}$/.test(String(template["contentVersion"])))
    throw invalidTemplate(
      `The template content version '${String(template["contentVersion"])}' is not valid: it has four numbers, as in '1.0.0.0'. Please see https://aka.ms/arm-syntax for usage details`,
    );
  requireMember(template, "resources", "");
  for (const [name, one] of Object.entries((template["parameters"] as Body | undefined) ?? {}))
    requireType(one as Body, `parameters.${name}`);
  for (const [name, one] of Object.entries((template["outputs"] as Body | undefined) ?? {})) {
    requireType(one as Body, `outputs.${name}`);
    requireMember(one as Body, "value", `outputs.${name}`);
  }
  for (const [index, one] of ((template["resources"] as Body[] | undefined) ?? []).entries())
    for (const name of ["type", "apiVersion", "name"]) requireText(one, name, `resources[${index}]`);
}
function requireType(one: Body, path: string): void {
  requireMember(one, "type", path);
  const type: unknown = one["type"];
  if (typeof type !== "string" || !types.includes(type.toLowerCase()))
    throw unparsed(
      `Error converting value ${JSON.stringify(type)} to type 'TemplateParameterType'. Path '${path}.type', line 1, position 1.`,
    );
}

const kindOf = (value: unknown): string => {
  if (Array.isArray(value)) return "Array";
  if (typeof value === "object") return "Object";
  if (typeof value === "number") return Number.isInteger(value) ? "Integer" : "Float";
  return typeof value === "boolean" ? "Boolean" : "String";
};
const wantedKind: Readonly<Record<string, string>> = {
  int: "Integer",
  bool: "Boolean",
  array: "Array",
  object: "Object",
  secureobject: "Object",
};
/** A value that was given for a parameter. An expression is looked at when it has a value. */
export function requireValue(name: string, declared: Body, value: unknown): void {
  const wanted = wantedKind[String(declared["type"]).toLowerCase()] ?? "String";
  const isExpression = typeof value === "string" && /^\[[^[]/.test(value);
  if (!isExpression && kindOf(value) !== wanted)
    throw invalidTemplate(
      `The provided value for the template parameter '${name}' is not valid. Expected a value of type '${wanted}', but received a value of type '${kindOf(value)}'. Please see https://aka.ms/arm-create-parameter-file for usage details`,
    );
  const allowed: unknown = declared["allowedValues"];
  if (Array.isArray(allowed) && !isExpression && !allowed.some((one) => JSON.stringify(one) === JSON.stringify(value)))
    throw invalidTemplate(
      `The provided value for the template parameter '${name}' is not valid. The value '${String(value)}' is not part of the allowed value(s): '${allowed.join(",")}'`,
    );
}
