// A plan as a script of `az` commands. It sends what the runbook would, one request after the other, and needs `az` alone.

import type { Hole } from "../../plan/template.ts";
import { isJsonObject, type Json } from "../../value/json.ts";
import { holdsSecret, Secret } from "../../value/secret.ts";
import { derivedAssignmentScope, type ExportedRequest, type ExportModel, holesIn, piecesOf } from "./export-model.ts";

/** `environmentName`: of the variable that holds a secret input. */
export function azScript(model: ExportModel, environmentName: (input: string) => string): string {
  const { plan, requests, leftOut, secrets } = model;
  const names = new VariableNames();
  const { subscriptionId } = plan.target;
  const write = new Writer(subscriptionId, names, environmentName);
  const lines = [
    "#!/usr/bin/env bash",
    `# What the runbook ${plan.runbook.name} does, for people who have \`az\` and not \`runbook\`.`,
    "# Made by `runbook export --to az`, with these inputs:",
    ...inputLines(plan.inputs),
    "#",
    "# Unlike the runbook it does one thing after the other, keeps what is there already as it is, whatever the runbook",
    "# says of it, and cannot be resumed: what it was killed at it finds the next time.",
    ...(leftOut.length === 0 ? [] : ["#", "# It leaves out:"]),
    ...leftOut.map(({ step, why }) => `# - the step "${step}": ${why}`),
    "set -euo pipefail",
    "",
    ...secrets.map(
      (name) => `: "\${${environmentName(name)}:?it holds a secret, and no secret is written in this file}"`,
    ),
    "subscription=$(az account show --query id --output tsv)",
    ...FUNCTIONS(requests),
  ];
  const wanted = new Map(
    requests
      .flatMap(({ path, body }) => [...piecesHoles(path), ...holesIn(body)])
      .map((hole) => [names.of(hole), hole]),
  );
  let step = "";
  for (const request of requests) {
    if (request.step.id !== step) {
      step = request.step.id;
      lines.push("", `echo ${singleQuoted(`${step} (${request.step.uses})`)} >&2`);
    }
    lines.push(...write.request(request));
    for (const [name, hole] of wanted) {
      if (hole.from?.operation !== request.operation) continue;
      lines.push(`${name}=$(answer "$url" ${singleQuoted(jmesPath(hole.from.at))})`);
    }
  }
  return `${lines.join("\n")}\n`;
}

const piecesHoles = (text: Json): readonly Hole[] =>
  piecesOf(text).filter((piece): piece is Hole => typeof piece === "object" && piece.from !== undefined);

function inputLines(inputs: Json): readonly string[] {
  if (!isJsonObject(inputs) || Object.keys(inputs).length === 0) return ["#   (none)"];
  return Object.entries(inputs).map(
    ([name, value]) => `#   ${name}: ${value instanceof Secret ? "(secret)" : JSON.stringify(value)}`,
  );
}

function FUNCTIONS(requests: readonly ExportedRequest[]): readonly string[] {
  const uses = (method: string): boolean => requests.some((request) => request.method === method);
  const hasBody = requests.some(({ body }) => body !== null);
  return [
    ...(hasBody
      ? [
          "body=$(mktemp)",
          `trap 'rm -f "$body"' EXIT`,
          "",
          "# send METHOD URL: sends the JSON on standard input; again while Azure is busy or does not know a new principal yet.",
          "send() {",
          "  local answer tries=0",
          '  cat >"$body"',
          '  until answer=$(az rest --method "$1" --url "$2" --body "@$body" --output none 2>&1); do',
          "    case $answer in",
          "      *RoleAssignmentExists*) return ;;",
          "      *PrincipalNotFound* | *AnotherOperationInProgress* | *Conflict* | *TooManyRequests* | *ServerError*) ;;",
          "      *) tries=60 ;;",
          "    esac",
          "    tries=$((tries + 1))",
          '    if [ "$tries" -gt 60 ]; then',
          `      printf '%s\\n' "$answer" >&2`,
          "      return 1",
          "    fi",
          "    sleep 5",
          "  done",
          "}",
        ]
      : []),
    ...(uses("PUT") || uses("PATCH") || uses("DELETE") || requests.some(({ mayFindNothing }) => mayFindNothing)
      ? ["", "exists() {", '  az rest --method get --url "$1" --output none 2>/dev/null', "}"]
      : []),
    ...(uses("PUT") || uses("PATCH")
      ? [
          "",
          "# answer URL QUERY: one value of what is there.",
          "answer() {",
          '  az rest --method get --url "$1" --query "$2" --output tsv',
          "}",
          "",
          "# settled URL: waits until what is there is ready.",
          "settled() {",
          "  local state",
          "  while true; do",
          '    state=$(answer "$1" properties.provisioningState)',
          "    case $state in",
          "      Failed | Canceled)",
          `        printf '%s is %s\\n' "$1" "$state" >&2`,
          "        return 1",
          "        ;;",
          "      *ing | Accepted) sleep 5 ;;",
          "      *) return ;;",
          "    esac",
          "  done",
          "}",
        ]
      : []),
    ...(requests.some(({ path }) => derivedAssignmentScope(path) !== undefined)
      ? [
          "",
          "# guid TEXT: the same GUID for the same text, as the runbook makes it.",
          "guid() {",
          "  printf '%s' \"$1\" | tr '[:upper:]' '[:lower:]' | { sha256sum 2>/dev/null || shasum -a 256; } |",
          "    sed -E 's/^(.{8})(.{4})(.{4})(.{4})(.{12}).*/\\1-\\2-\\3-\\4-\\5/'",
          "}",
        ]
      : []),
    ...(requests.some(({ body }) => holdsSecret(body))
      ? [
          "",
          "# json TEXT: as it stands between quotes in JSON.",
          "json() {",
          "  local text=${1//\\\\/\\\\\\\\} code character escape",
          '  text=${text//\\"/\\\\\\"}',
          "  for code in {1..31}; do",
          `    printf -v character '%b' "$(printf '\\\\0%03o' "$code")"`,
          "    printf -v escape '\\\\u%04x' \"$code\"",
          '    text=${text//"$character"/$escape}',
          "  done",
          "  printf '%s' \"$text\"",
          "}",
        ]
      : []),
  ];
}

/** One name for each place that an answer is read from. */
class VariableNames {
  readonly #byPlace = new Map<string, string>();
  of({ from }: Hole): string {
    if (from === undefined) return "";
    const place = `${from.operation}#${from.at}`;
    const known = this.#byPlace.get(place);
    if (known !== undefined) return known;
    const base = `${from.operation.split("/")[0] ?? ""}_${from.at.split("/").at(-1) ?? ""}`.replaceAll(/\W/g, "_");
    const taken = new Set(this.#byPlace.values());
    let name = base;
    for (let index = 2; taken.has(name); index++) name = `${base}_${index}`;
    this.#byPlace.set(place, name);
    return name;
  }
}

class Writer {
  readonly #subscription: string;
  readonly #names: VariableNames;
  readonly #environmentName: (input: string) => string;
  /** Addresses, in lower case, that the script has put something at: what comes there later changes it. */
  readonly #put = new Set<string>();
  constructor(subscription: string, names: VariableNames, environmentName: (input: string) => string) {
    this.#subscription = subscription;
    this.#names = names;
    this.#environmentName = environmentName;
  }

  request({ method, path, apiVersion, body, mayFindNothing }: ExportedRequest): readonly string[] {
    const scope = derivedAssignmentScope(path);
    const lines: string[] = [];
    if (scope !== undefined && isJsonObject(body) && isJsonObject(body["properties"])) {
      const { principalId, roleDefinitionId } = body["properties"];
      const role = String(roleDefinitionId).split("/").at(-1) ?? "";
      lines.push(`scope="${this.#quoted(scope)}"`);
      lines.push(`name=$(guid "$scope|${this.#quoted(piecesOf(principalId ?? ""))}|${role}")`);
      lines.push(`url="$scope/providers/Microsoft.Authorization/roleAssignments/$name?api-version=${apiVersion}"`);
    } else lines.push(`url="${this.#quoted(piecesOf(path))}?api-version=${apiVersion}"`);
    if (method === "GET") {
      const read = 'az rest --method get --url "$url" --output json';
      return mayFindNothing ? [...lines, `if exists "$url"; then ${read}; fi`] : [...lines, read];
    }
    if (method === "DELETE") {
      return [
        ...lines,
        'if exists "$url"; then',
        '  az rest --method delete --url "$url" --output none',
        '  while exists "$url"; do sleep 5; done',
        "fi",
      ];
    }
    if (method === "POST" && body === null) return [...lines, 'az rest --method post --url "$url" --output json'];
    const document = this.#document(body);
    const send = [`send ${method.toLowerCase()} "$url" <<${document.end}`, ...document.lines, "JSON"];
    if (method === "POST") return [...lines, ...send];
    if (method === "PATCH") return [...lines, ...send, 'settled "$url"'];
    if (this.#isPutBefore(path)) return [...lines, ...send, 'settled "$url"'];
    return [...lines, 'if ! exists "$url"; then', ...send, "fi", 'settled "$url"'];
  }

  #isPutBefore(path: ExportedRequest["path"]): boolean {
    const address = this.#quoted(piecesOf(path)).toLowerCase();
    if (this.#put.has(address)) return true;
    this.#put.add(address);
    return false;
  }

  /** Between double quotes. */
  #quoted(pieces: readonly (string | Hole)[]): string {
    return pieces
      .map((piece) =>
        typeof piece === "string"
          ? this.#inSubscription(piece.replaceAll(/[\\"`$]/g, "\\$&"))
          : `\${${this.#names.of(piece)}}`,
      )
      .join("");
  }

  #inSubscription(text: string): string {
    return text.replaceAll(this.#subscription, "${subscription}");
  }

  /** JSON for a here-document; one without anything to expand is taken as it stands. */
  #document(body: Json): { readonly end: string; readonly lines: readonly string[] } {
    const marks = new Map<string, string>();
    const marked = (text: string): string => {
      const mark = `\u0001${marks.size}\u0001`;
      marks.set(mark, text);
      return mark;
    };
    const copy = (value: Json): Json => {
      if (value instanceof Secret) {
        const parts = value.parts.map((part) =>
          typeof part === "string"
            ? part
            : marked(`$(json "$${this.#environmentName(part.ref.replace(/^inputs\./, ""))}")`),
        );
        return parts.join("");
      }
      if (Array.isArray(value)) return (value as readonly Json[]).map(copy);
      if (typeof value === "string") return value;
      if (!isJsonObject(value)) return value;
      if ("$text" in value) {
        return piecesOf(value)
          .map((piece) => (typeof piece === "string" ? piece : marked(`\${${this.#names.of(piece)}}`)))
          .join("");
      }
      return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, copy(member)]));
    };
    const text = JSON.stringify(copy(body), undefined, 2);
    if (marks.size === 0 && !text.includes(this.#subscription)) return { end: "'JSON'", lines: text.split("\n") };
    const escaped = this.#inSubscription(text.replaceAll(/[\\`$]/g, "\\$&"));
    const filled = escaped.replaceAll(/\\\\u0001(\d+)\\\\u0001/g, (_all, index: string) =>
      marks.get(`\u0001${index}\u0001`)!,
    );
    return { end: "JSON", lines: filled.split("\n") };
  }
}

function singleQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** https://jmespath.org, as `--query` has it. */
function jmesPath(pointer: string): string {
  const parts = pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  return parts
    .map((part, index) => {
      if (/^\d+$/.test(part)) return `[${part}]`;
      const name = /^[A-Za-z_]\w*$/.test(part) ? part : JSON.stringify(part);
      return index === 0 ? name : `.${name}`;
    })
    .join("");
}
