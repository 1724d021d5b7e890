/** The errors that a collection of documents on Azure names: their codes, and their texts with what is filled in left open. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface Documented {
  readonly codes: readonly string[];
  /** `409 RoleAssignmentExists` */
  readonly statuses: readonly string[];
  readonly texts: readonly { readonly text: string; readonly form: RegExp }[];
}
/** In code font, and no errors. */
const words =
  /^(Registering|Registered|Location|Failed|SystemAssigned|UserAssigned|ErrorResponse|Creating|Updating|Succeeded|Accepted|Running|Canceled|Deleting)$/;
/** What is another word for an error that is provoked, or is about something else. */
const otherwise: Readonly<Record<string, string>> = {
  ImageNotFound: "An older word for `NotFound` of an image.",
  "The ID of the existing role assignment is <32 hex>.": "A part of a text, in another notation.",
  "The 'EvolvedSecurityTokenService' access token has ...": "A variant of which only the beginning is known.",
  "Bearer token authentication is not permitted for non-TLS protected (non-https) URLs.": "Said by the SDK itself.",
};
const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
const open = "[\\s\\S]*?";
/** `'…'`, `{…}`, three dots and numbers stand for whatever is said there. */
const formOf = (text: string): RegExp =>
  new RegExp(
    escaped(text)
      .replaceAll(/'[^']*'/g, open)
      .replaceAll(/\\\{[^}]*\\\}/g, open)
      .replaceAll(/(\\\.){3}/g, open)
      .replaceAll(/\d+/g, open),
  );
function textIn(quoted: string): string | undefined {
  const described = /"error_description":"(.*?)"[,}]/.exec(quoted)?.[1];
  if (described !== undefined) return described.split(String.raw`\r\n`)[0];
  if (/ \| |\[stdout\]/.test(quoted)) return undefined;
  const isSentence =
    /^[A-Z'][^{:|]* .* /.test(quoted) && !/^(GET|PUT|POST|DELETE|PATCH|WWW-Authenticate|Location:)/.test(quoted);
  return isSentence ? quoted : undefined;
}
/** Where other sources weigh more: docs/decisions/0046 and 0081. */
const seenOtherwise = new Set([
  "400 PlatformImageNotFound",
  "429 RetryableErrorDueToAnotherOperation",
  // It is said to be either; the emulator answers 409.
  "429 AnotherOperationInProgress",
]);
/** `undefined`: they are not at hand. */
export function documentedErrors(directory: string | undefined): Documented | undefined {
  const files = ["operations.md", "arm-contract.md", "imds-and-entra.md"].map((name) => join(directory ?? "", name));
  if (directory === undefined || !files.every((file) => existsSync(file))) return undefined;
  const all = files.map((file) => readFileSync(file, "utf8")).join("\n");
  const codes = [
    ...all.matchAll(/`([A-Z][A-Za-z]{5,}|(?:invalid|unauthorized)_[a-z]+)`|(AADSTS\d{5,})(?=[^)]*$|[^)]*`)/gm),
  ].map(([, code, number]) => code ?? number ?? "");
  const quoted = [...all.matchAll(/`([^`\n]{20,})`/g)].map(([, text = ""]) => textIn(text));
  const texts = [...new Set(quoted)].filter((text) => text !== undefined && !(text in otherwise)) as string[];
  const written = [...all.matchAll(/\b([45]\d\d)(?: |\*\* | \| )`?([A-Z][A-Za-z]{7,})\b/g)].map(
    ([, status, code]) => `${status} ${code}`,
  );
  const statuses = [...new Set(written)].filter((one) => !words.test(one.slice(4)) && !seenOtherwise.has(one));
  return {
    statuses: statuses.filter((one) => !(one.slice(4) in otherwise)),
    codes: [...new Set(codes)].filter((code) => !words.test(code) && !(code in otherwise)),
    texts: texts.map((text) => ({ text, form: formOf(text) })),
  };
}
