// The parts of a driver operation's key: `vm[east]/0.1/0:put.1` is label `put.1` of operation `vm[east]/0.1/0` of the item
// `east` of step `vm`. A step that is tried again has its turn in the key: `vm~2/0:put.1`.

/** The operation that it belongs to. */
export function pathOf(key: string): string {
  const colon = key.lastIndexOf(":");
  return colon === -1 ? key : key.slice(0, colon);
}

/** The step as it is written in the runbook, without the item of a `forEach` and the turn. */
export function stepOf(keyOrPath: string): string {
  return /^[^/:[~]*/.exec(keyOrPath)![0];
}

/** The step with its item if it has one, without the turn. */
export function instanceOf(keyOrPath: string): string {
  return /^[^/:[~]*(?:\[[^\]]*\])?/.exec(keyOrPath)![0];
}

/** The key of the same operation in the first turn of its step. */
export function withoutTurn(key: string): string {
  return key.replace(/^([^/:[~]*(?:\[[^\]]*\])?)~\d+/, "$1");
}

/**
 * What the secrets that an operation got are named after. Which of its requests brought them depends on how long Azure took, and
 * which turn of its step on what failed before: a plan knows neither.
 */
export function secretsOwner(key: string): string {
  return withoutTurn(pathOf(key));
}

/** What one item of a step is named; what has a meaning in a key is escaped as in a URL. */
export function instanceName(step: string, itemKey: string): string {
  return `${step}[${itemKey.replaceAll(/[^A-Za-z0-9._-]/gu, escaped)}]`;
}

function escaped(character: string): string {
  // `encodeURIComponent` leaves some of them as they are, and refuses half a character.
  const encoded = /\p{Surrogate}/u.test(character) ? character : encodeURIComponent(character);
  return encoded === character ? `%${character.charCodeAt(0).toString(16).toUpperCase()}` : encoded;
}

/** Whether something that is told of a whole step, or of one item, is told of what has this key, path or name. */
export function covers(stepOrInstance: string, keyOrPath: string): boolean {
  return stepOf(keyOrPath) === stepOrInstance || instanceOf(keyOrPath) === stepOrInstance;
}
