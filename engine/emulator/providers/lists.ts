/** Lists of resources, page by page. */
import { allowed } from "../rbac/evaluate.ts";
import { view } from "../store.ts";
import { AzureError, type Answer, type Body } from "../wire.ts";
import { ok, requireGroup, type Context } from "./context.ts";

/** As many as Resource Manager gives at once when nobody asks for less. */
const pageSize = 1000;

/** `$top` and `$skiptoken` as Azure reads them; the link to the next page is absolute. */
export function page(c: Context, all: readonly Body[], more: Body = {}): Answer {
  const given = (name: string) => [...c.query].find(([key]) => key.toLowerCase() === name)?.[1];
  const top = given("$top");
  if (top !== undefined && !/^[1-9]\d{0,5}$/.test(top))
    throw new AzureError(
      400,
      "InvalidTopParameter",
      `The value '${top}' of the query parameter '$top' is invalid. It must be a positive integer.`,
    );
  const start = requireSkipToken(given("$skiptoken") ?? null);
  const end = start + Math.min(Number(top ?? pageSize), pageSize);
  if (end >= all.length) return ok({ value: all.slice(start), ...more });
  const next = new URLSearchParams([...c.query].filter(([key]) => key.toLowerCase() !== "$skiptoken"));
  next.set("$skiptoken", tokenOf(end));
  return ok({ value: all.slice(start, end), ...more, nextLink: `${c.origin}${c.id.path}?${next.toString()}` });
}

const tokenOf = (start: number): string => Buffer.from(String(start)).toString("base64url");
/** Where a page begins. Lists that have one page only look at the token too. */
export function requireSkipToken(token: string | null): number {
  if (token === null) return 0;
  const start = Number(Buffer.from(token, "base64url").toString());
  // Only what a link held: a token that would be read as a number by chance is none.
  if (!Number.isInteger(start) || start < 1 || tokenOf(start) !== token)
    throw new AzureError(400, "InvalidSkipToken", `The skip token '${token}' is invalid.`);
  return start;
}

/** Throws when a part of a filter, between its `and`s, is none of the forms. */
export function requireFilter(filter: string, forms: readonly RegExp[]): void {
  const parts = filter.trim() === "" ? [] : filter.trim().split(/ and (?=(?:[^']*'[^']*')*[^']*$)/i);
  if (parts.every((part) => forms.some((form) => form.test(part.trim())))) return;
  throw new AzureError(400, "InvalidFilterInQueryString", `Invalid $filter '${filter}' specified in the query string.`);
}

/** Resources of the path's type, in the group or everywhere that the caller may read. */
export function listOfType(c: Context): Answer {
  if (c.id.group) requireGroup(c);
  const entries = c.tx.list(c.id.scope, c.id.type);
  const seen = c.id.group ? entries : entries.filter((e) => allowed(c.tx, c.caller, `${c.id.type}/read`, e.id));
  return page(
    c,
    seen.map((e) => view(e, c.tx.now)),
  );
}
