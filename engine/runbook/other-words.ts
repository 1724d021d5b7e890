// Words that other tools have for the keys of a runbook and for step types, and what to write here.

/** By the key or step type that is meant, the words for it elsewhere. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  // A step's.
  needs: ["dependsOn", "depends_on", "depends", "after", "requires"],
  if: ["when", "condition", "unless"],
  uses: ["type", "action", "task", "run", "kind", "resource"],
  with: ["inputs", "parameters", "params", "args", "arguments", "properties", "values"],
  id: ["name", "key"],
  forEach: ["foreach", "for_each", "for", "loop", "with_items", "matrix", "each", "copy", "strategy"],
  retry: ["retries", "retryPolicy", "retryCount", "retryCountOnTaskFailure", "until"],
  onError: ["on_error", "onFailure", "continue-on-error", "continueOnError", "ignore_errors", "isCritical"],
  attempts: ["times", "count", "max", "maxAttempts", "max_attempts", "retries", "limit"],
  delay: ["interval", "wait", "backoff", "intervalSeconds", "delaySeconds"],
  on: ["codes", "errors", "statusCodes", "when", "onCodes"],
  in: ["items", "over", "of", "list", "values"],
  concurrency: ["maxConcurrency", "parallel", "max-parallel", "maxParallel", "batchSize", "throttle"],
  maxErrors: ["max-errors", "max_errors", "maxFailures", "max_fail_percentage"],
  finally: ["always", "cleanup", "after", "post", "onExit", "teardown"],
  timeout: ["timeout-minutes", "timeoutMinutes", "timeoutInMinutes", "timeoutSeconds", "deadline"],
  // Inputs of step types.
  location: ["region"],
  resourceGroup: ["rg", "group"],
  size: ["vmSize", "sku"],
  principalId: ["objectId", "principal", "assignee"],
  path: ["url", "uri", "id"],
  // Step types.
  "create-rg": ["create-resource-group", "create-group", "resource-group"],
  "create-uami": ["create-identity", "create-managed-identity", "create-user-assigned-identity", "managed-identity"],
  "create-vm": ["create-virtual-machine", "virtual-machine", "vm"],
  "create-vnet": ["create-virtual-network", "create-network", "virtual-network"],
  "delete-rg": ["delete-resource-group", "delete-group"],
  "grant-role": ["assign-role", "create-role-assignment", "role-assignment"],
  "get-imds-token": ["get-token", "imds-token", "token"],
  "run-command": ["script", "run-script", "shell", "bash", "powershell"],
  approve: ["approval", "manual-approval", "pause"],
  wait: ["sleep", "delay"],
  // A runbook's.
  steps: ["jobs", "tasks", "resources", "stages", "actions"],
  inputs: ["parameters", "params", "variables", "vars", "variable"],
  outputs: ["output", "returns", "results"],
  version: ["apiVersion", "schemaVersion", "format"],
  name: ["title", "label"],
  // An input's, and its types.
  string: ["str", "text", "securestring"],
  integer: ["int", "long"],
  number: ["num", "float", "double", "decimal"],
  boolean: ["bool"],
  list: ["array", "tuple", "set", "sequence"],
  map: ["dict", "dictionary", "hash", "record"],
  object: ["struct"],
  enum: ["allowed", "allowedValues", "choices", "options", "values", "oneOf"],
  secret: ["sensitive", "secure", "password", "isSecret"],
  default: ["defaultValue", "value", "initial"],
  items: ["itemType", "element", "elements"],
  values: ["additionalProperties", "valueType"],
  properties: ["fields", "members", "attributes", "keys"],
  optional: ["nullable"],
  minimum: ["min", "minValue"],
  maximum: ["max", "maxValue"],
  pattern: ["regex", "regexp", "matches", "format"],
  minLength: ["min", "minimum", "minLen"],
  maxLength: ["max", "maximum", "maxLen"],
  description: ["help", "doc", "docs", "label", "title", "comment", "metadata"],
};

/** A hint, when one of the known keys is what the word means elsewhere. */
export function otherWord(word: string, known: readonly string[]): string | undefined {
  const given = word.toLowerCase();
  if (given === "secret" && known.includes("items")) return "only a whole input can be secret, and no part of one";
  if (given === "required" && known.includes("optional"))
    return "a member must be given unless it is `optional: true` or has a default";
  if (given === "required" && known.includes("default")) return "an input without `default` must be given";
  const meant = meantBy(word, known);
  return meant === undefined ? undefined : `did you mean "${meant}"?`;
}

/** Which of the known keys the word means elsewhere. */
export function meantBy(word: string, known: readonly string[]): string | undefined {
  const given = word.toLowerCase();
  return known.find((key) => Object.hasOwn(WORDS, key) && WORDS[key]!.some((one) => one.toLowerCase() === given));
}
