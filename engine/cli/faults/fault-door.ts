// Faults of an emulator that runs: `/faults` of its own doors. GET tells what is armed and what it has struck, PUT takes a fault
// plan in place of what was there, DELETE disarms. Only for the operator, who shows client id and secret.

import { timingSafeEqual } from "node:crypto";
import type { WebRequest, WebResponse } from "../../emulator/doors/web-door.ts";
import type { FaultInjector } from "../../emulator/faults/injector.ts";
import { faultText } from "../../emulator/faults/kinds.ts";
import { renderDiagnostic } from "../../source/render-diagnostic.ts";
import { loadFaultPlan } from "./fault-plan.ts";

export interface FaultOperator {
  readonly clientId: string;
  readonly clientSecret: string;
}

export function answerFaults(
  faults: FaultInjector,
  operator: FaultOperator,
  { method, headers, body }: WebRequest,
): WebResponse {
  if (!isOperator(headers["authorization"] ?? "", operator))
    return failed(
      401,
      "AuthenticationFailed",
      "Faults are the operator's: client id and secret, as Basic authorization.",
      {
        "www-authenticate": 'Basic realm="runbook emulator"',
      },
    );
  if (method === "PUT") {
    const { plan, diagnostics } = loadFaultPlan(body, "faults");
    if (plan === undefined) return failed(400, "InvalidFaultPlan", diagnostics.map(renderDiagnostic).join("\n\n"));
    faults.clear(plan.seed);
    for (const fault of plan.faults) faults.add(fault);
  } else if (method === "DELETE") faults.clear();
  else if (method !== "GET")
    return failed(405, "MethodNotAllowed", `The HTTP method '${method}' is not supported here.`, {
      allow: "GET, PUT, DELETE",
    });
  const tally = faults.tally.map(({ fault, matched, struck }) => ({ fault: faultText(fault), matched, struck }));
  return json(200, { faults: tally });
}

function isOperator(authorization: string, { clientId, clientSecret }: FaultOperator): boolean {
  const given = Buffer.from(authorization);
  const wanted = Buffer.from(`Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString("base64")}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

const failed = (
  status: number,
  code: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): WebResponse => json(status, { error: { code, message } }, headers);

const json = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): WebResponse => ({
  status,
  headers: { "content-type": "application/json; charset=utf-8", "cache-control": "no-store", ...headers },
  body: JSON.stringify(body),
});
