/** Tables of requests that an emulator must refuse, each a good body with something changed. */
import { expect } from "chai";
import type { AzureCalls, Reply } from "./azure-calls.ts";

/** By place, `properties.subnets.0.name`; `undefined` takes the place away. */
export type Changes = Readonly<Record<string, unknown>>;
export function changed<T>(body: T, changes: Changes): T {
  const copy = structuredClone(body);
  for (const [path, value] of Object.entries(changes)) {
    const keys = path.split(".");
    const last = keys.pop() ?? "";
    let at = copy as Record<string, unknown>;
    for (const key of keys) at = (at[key] ??= {}) as Record<string, unknown>;
    if (value === undefined) delete at[last];
    else at[last] = value;
  }
  return copy;
}

/**
 * What is wrong, how the good body is changed, and the answer: status, code, and the message or its first detail. A row that
 * ends in "…" says only the beginning, so that lists of regions need not be written down.
 */
export type Row = readonly [what: string, changes: Changes, status: number, code: string, says: string];

export function told({ status, body }: Reply): { status: number; code: string; says: string } {
  const {
    code = "",
    message = "",
    details,
  } = (body?.error ?? {}) as {
    code?: string;
    message?: string;
    details?: { code: string; message: string }[];
  };
  const [detail] = details ?? [];
  return { status, code, says: detail === undefined ? message : `${detail.code}: ${detail.message}` };
}
export function expectRefusal(reply: Reply, status: number, code: string, says: string): void {
  const answer = told(reply);
  const upTo = says.endsWith("…") ? `${answer.says.slice(0, says.length - 1)}…` : answer.says;
  expect({ ...answer, says: upTo }).eql({ status, code, says });
}

/** One test for each row. */
export const refusalsOf =
  (azure: AzureCalls) =>
  (target: () => string, good: () => unknown, rows: readonly Row[], method = "PUT"): void => {
    for (const [what, changes, status, code, says] of rows)
      it(`is refused: ${what}`, async () => {
        expectRefusal(await azure.send(method, target(), { body: changed(good(), changes) }), status, code, says);
      });
  };
