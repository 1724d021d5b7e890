/** What goes over the wire, and the error every handler may throw. */
/** How a request came in; `http` is also that of a VM's metadata service. */
export type Door = "in-process" | "https" | "http" | "guest";
export interface EmulatorRequest {
  method: string;
  /** Absolute, or path and query. */
  url: string;
  /** Names in lower case. */
  headers: Record<string, string>;
  body?: string;
  door: Door;
}
export interface EmulatorResponse {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** A JSON body as clients send it: nothing about it is known yet. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Body = Record<string, any>;
export interface Answer {
  status: number;
  headers?: Record<string, string>;
  body?: unknown;
}

export class AzureError extends Error {
  readonly status: number;
  readonly code: string;
  readonly extra: Body;
  readonly headers: Record<string, string>;
  constructor(status: number, code: string, message: string, extra: Body = {}, headers: Record<string, string> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.extra = extra;
    this.headers = headers;
  }
  answer(): Answer {
    return {
      status: this.status,
      headers: this.headers,
      body: { error: { code: this.code, message: this.message, ...this.extra } },
    };
  }
}
/** An error made by the front door itself rather than by a resource provider. */
export function gatewayError(
  status: number,
  code: string,
  message: string,
  extra: Body = {},
  headers: Record<string, string> = {},
): AzureError {
  return new AzureError(status, code, message, extra, { "x-ms-failure-cause": "gateway", ...headers });
}
export function notEmulated(what: string): AzureError {
  return new AzureError(501, "NotEmulated", `The emulator does not serve ${what}.`);
}
