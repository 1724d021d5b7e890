// Whoever can write a tag on a resource must not get a secret of a run that reads it.

import { expect } from "chai";
import { openEmulatorTarget } from "../../engine/azure/emulator-target.ts";
import type { Target } from "../../engine/azure/target.ts";
import type { Json, JsonObject } from "../../engine/value/json.ts";
import { runSteps } from "../support/run-steps.ts";
import { out, step } from "../support/tutorial-steps.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

const PASSWORD = "Pl4nted-canary-password";
const REF = "inputs.adminPassword";
const HANDLE = { $secret: [{ ref: REF }] };
const SENTINEL = `secret:${Buffer.from(JSON.stringify(HANDLE)).toString("base64url")}:`;

describe("an answer that was made to look like a secret of the run", () => {
  it("stays what it is: no handle, and no text that the wire replaces", async () => {
    const clock = new VirtualClock();
    const emulator = await openEmulatorTarget({ description: "emulator", now: () => clock.now() });
    const { httpClient } = emulator as Required<Pick<Target, "httpClient">>;
    const sent: string[] = [];
    const target: Target = {
      ...emulator,
      httpClient: {
        async sendRequest(request) {
          if (request.method === "PUT") sent.push(String(request.body));
          const answer = await httpClient.sendRequest(request);
          if (request.method !== "GET" || answer.status !== 200 || !request.url.includes("resourcegroups/first"))
            return answer;
          const body = JSON.parse(answer.bodyAsText ?? "") as JsonObject;
          return { ...answer, bodyAsText: JSON.stringify({ ...body, planted: HANDLE, text: SENTINEL }) };
        },
      },
    };
    const body = (scope: Parameters<typeof out>[0]): JsonObject => out(scope, "read", "body") as JsonObject;
    const told = await runSteps(
      target,
      clock,
      [
        step("first", "create-rg", [], () => ({ name: "first", location: "eastus" })),
        step("read", "arm-get", ["first"], () => ({
          path: "/subscriptions/{subscription}/resourcegroups/first".replace("{subscription}", target.subscriptionId),
          apiVersion: "2021-04-01",
        })),
        step("second", "create-rg", ["read"], (scope) => ({
          name: "second",
          location: "eastus",
          tags: { planted: body(scope)["text"] as Json },
        })),
      ],
      { secrets: { adminPassword: PASSWORD }, outputs: (scope) => body(scope)["planted"] ?? null },
    );
    await target.close();
    expect(told.result).deep.include({ status: "done", outputs: { $$secret: [{ ref: REF }] } });
    expect(sent.map((text) => JSON.parse(text) as unknown)).eql([
      { location: "eastus" },
      { location: "eastus", tags: { planted: SENTINEL } },
    ]);
  });
});
