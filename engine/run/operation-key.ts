// The parts of a driver operation's key: `vm[east]/0.1/0:put.1` is label `put.1` of operation `vm[east]/0.1/0` of step `vm`.
// A step that is tried again has its turn in the key: `vm~2/0:put.1`.

/** The operation that it belongs to. */
export function pathOf(key: string): string {
  const colon = key.lastIndexOf(":");
  return colon === -1 ? key : key.slice(0, colon);
}

/** The step as it is written in the runbook, without the item of a `forEach` and the turn. */
export function stepOf(keyOrPath: string): string {
  return /^[^/:[~]*/.exec(keyOrPath)![0];
}
