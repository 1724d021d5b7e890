/** An answer as it goes out, with the headers that Resource Manager puts on all of them. */
import type { RequestLine } from "./request-line.ts";
import type { Answer, EmulatorResponse } from "./wire.ts";

const always = {
  "cache-control": "no-cache",
  pragma: "no-cache",
  expires: "-1",
  "x-content-type-options": "nosniff",
  "strict-transport-security": "max-age=31536000; includeSubDomains",
};

/** Made anew once a second: it costs as much as all else here. */
let second = Number.NaN;
let date = "";
function dateOf(now: number): string {
  if (Math.floor(now / 1000) !== second) [second, date] = [Math.floor(now / 1000), new Date(now).toUTCString()];
  return date;
}

export function respond(
  { status, headers, body }: Answer,
  { method }: RequestLine,
  ids: {
    readonly request: string;
    readonly correlation: string | undefined;
    /** The client's own, where it wants it back. */
    readonly client: string | undefined;
  },
  now: number,
): EmulatorResponse {
  const text = body === undefined || method === "HEAD" ? "" : JSON.stringify(body);
  return {
    status,
    body: text,
    headers: {
      ...always,
      "x-ms-request-id": ids.request,
      "x-ms-correlation-request-id": ids.correlation ?? ids.request,
      "x-ms-routing-request-id": `EMULATOR:${new Date(now).toISOString().replaceAll(/[-:]|\.\d+/g, "")}:${ids.request}`,
      ...(ids.client !== undefined && { "x-ms-client-request-id": ids.client }),
      date: dateOf(now),
      ...(text ? { "content-type": "application/json; charset=utf-8" } : {}),
      ...headers,
    },
  };
}
