/** How sign-in says no: the form of OAuth, with the numbers of Entra. */
import type { Answer, Body } from "../wire.ts";

export interface Asked {
  readonly now: number;
  readonly requestId: string;
}

/** As Entra words it, with where to look for it in its logs. */
export function describeFault(number: number, text: string, requestId: string, timestamp: string): string {
  return `AADSTS${number}: ${text}\r\nTrace ID: ${requestId}\r\nCorrelation ID: ${requestId}\r\nTimestamp: ${timestamp}`;
}
export const faultTime = (now: number): string => `${new Date(now).toISOString().slice(0, 19).replace("T", " ")}Z`;

/** https://learn.microsoft.com/entra/identity-platform/reference-error-codes */
export function refuse(asked: Asked, status: number, error: string, number: number, text: string): Answer {
  const { requestId } = asked;
  const timestamp = faultTime(asked.now);
  const body: Body = {
    error,
    error_description: describeFault(number, text, requestId, timestamp),
    error_codes: [number],
    timestamp,
    trace_id: requestId,
    correlation_id: requestId,
    error_uri: `https://login.microsoftonline.com/error?code=${number}`,
  };
  return { status, body };
}

/** No number of Entra's: nobody is to take it for one of its answers. */
export const notServed = (what: string): Answer => ({
  status: 501,
  body: { error: "not_emulated", error_description: `The emulator does not serve ${what}.` },
});
