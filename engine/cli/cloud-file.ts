// A cloud by name, or by a file that describes one: Azure Stack, a cloud of its own, or an emulator at an HTTPS address.

import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { type Cloud, CLOUDS } from "../azure/clouds.ts";
import { suggest } from "../source/suggestion.ts";
import { isJsonObject, type Json } from "../value/json.ts";
import { CliError } from "./cli-error.ts";
import { EXIT } from "./exit-code.ts";
import type { Io } from "./io.ts";

const MEMBERS = ["name", "resourceManager", "authority", "audience", "ca", "instanceDiscovery"] as const;

/**
 *     { "name": "stack", "resourceManager": "https://management.local.azurestack.external",
 *       "authority": "https://login.microsoftonline.com", "audience": "https://management.contoso.onmicrosoft.com/…",
 *       "ca": "stack-ca.pem", "instanceDiscovery": false }
 *
 * `ca` is a PEM file beside the description. Only the two addresses must be there.
 */
export function readCloud(given: string, io: Pick<Io, "cwd">): Cloud {
  const known = CLOUDS.get(given);
  if (known !== undefined) return known;
  if (!given.endsWith(".json")) {
    const hint = `${suggest(given, CLOUDS.keys()) ?? ""} Or name a .json file that describes it`;
    throw new CliError(EXIT.usage, `there is no cloud "${given}"`, hint);
  }
  const path = resolve(io.cwd, given);
  const described = parsed(given, readText(path, given));
  for (const name of Object.keys(described)) {
    if ((MEMBERS as readonly string[]).includes(name)) continue;
    throw new CliError(EXIT.badInput, `${given}: "${name}" says nothing of a cloud`, suggest(name, MEMBERS));
  }
  const { name, audience, ca, instanceDiscovery = true } = described;
  if (typeof instanceDiscovery !== "boolean") {
    throw new CliError(EXIT.badInput, `${given}: "instanceDiscovery" is neither true nor false`);
  }
  return {
    name: typeof name === "string" ? name : given,
    resourceManager: address(described, "resourceManager", given),
    authority: address(described, "authority", given),
    instanceDiscovery,
    ...(audience !== undefined && { audience: address(described, "audience", given) }),
    ...(typeof ca === "string" && { ca: readText(resolve(dirname(path), ca), ca) }),
  };
}

function address(described: Readonly<Record<string, Json>>, member: string, file: string): string {
  const value = described[member];
  if (typeof value === "string" && URL.canParse(value) && new URL(value).protocol === "https:") {
    return value.replace(/\/+$/, "");
  }
  const found = value === undefined ? "is missing" : `is ${JSON.stringify(value)}`;
  throw new CliError(EXIT.badInput, `${file}: "${member}" ${found}, expected an https address`);
}

function parsed(file: string, text: string): Readonly<Record<string, Json>> {
  let value: Json = null;
  try {
    value = JSON.parse(text) as Json;
  } catch (thrown) {
    throw new CliError(EXIT.badInput, `${file} is not JSON: ${(thrown as Error).message}`);
  }
  if (!isJsonObject(value)) throw new CliError(EXIT.badInput, `${file} is no JSON object`);
  return value;
}

function readText(path: string, shown: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (thrown) {
    throw new CliError(EXIT.usage, `${shown} cannot be read (${(thrown as NodeJS.ErrnoException).code ?? "unknown"})`);
  }
}
