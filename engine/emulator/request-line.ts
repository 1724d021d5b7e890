/** A request's address, taken apart as the front door of Azure does. */

export interface RequestLine {
  readonly method: string;
  /** Decoded, without repeated slashes and without one at the end. A slash that was sent as `%2F` is part of a name. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Scheme and host as the client called it. */
  readonly origin: string;
}

export function requestLine(method: string, url: string, host: string | undefined): RequestLine {
  const m = /^(https?:\/\/[^/?#]+)?([^?#]*)(?:\?([^#]*))?/i.exec(url);
  let path = (m?.[2] ?? "/").replace(/\/{2,}/g, "/");
  try {
    path = path
      .split(/(%2f)/i)
      .map((part, index) => (index % 2 === 0 ? decodeURIComponent(part) : "%2F"))
      .join("");
  } catch {
    /* kept as sent */
  }
  if (path.length > 1) path = path.replace(/\/$/, "");
  return {
    method: method.toUpperCase(),
    path,
    query: new URLSearchParams(m?.[3] ?? ""),
    origin: m?.[1] ?? `https://${host ?? "management.azure.com"}`,
  };
}
