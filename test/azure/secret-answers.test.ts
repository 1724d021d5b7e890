import { createHttpHeaders, type HttpClient } from "@azure/core-rest-pipeline";
import { expect } from "chai";
import { openEmulatorTarget } from "../../engine/azure/emulator-target.ts";
import type { Target } from "../../engine/azure/target.ts";
import { canonicalJson } from "../../engine/value/json.ts";
import { changes, runSteps } from "../support/run-steps.ts";
import { out, step } from "../support/tutorial-steps.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

const KEY = "Pl4nted-account-key";
const apiVersion = "2024-01-01";

/** An emulator whose storage accounts have keys: at once, or after an operation of which the key is the result. */
async function withKeys(clock: VirtualClock, answers: readonly { status: number; body: unknown; location?: string }[]) {
  const target = await openEmulatorTarget({ description: "emulator", now: () => clock.now() });
  const left = [...answers];
  const seen: string[] = [];
  const httpClient: HttpClient = {
    async sendRequest(request) {
      const { pathname } = new URL(request.url);
      if (!/listKeys|\/result$/.test(pathname)) return target.httpClient!.sendRequest(request);
      seen.push(`${request.method} ${pathname.split("/").at(-1)} ${String(request.body ?? "")}`.trim());
      const { status, body, location } = left.shift()!;
      const headers = createHttpHeaders(location === undefined ? {} : { location });
      return { status, headers, bodyAsText: JSON.stringify(body), request };
    },
  };
  return { target: { ...target, httpClient } as Target, seen };
}

const STEPS = [
  step("group", "create-rg", [], () => ({ name: "lab", location: "eastus" })),
  step("keys", "arm-post", ["group"], (scope) => ({
    path: `${String(out(scope, "group", "id"))}/providers/Microsoft.Storage/storageAccounts/a/listKeys`,
    apiVersion,
    secretAnswer: { first: "/keys/0/value" },
  })),
  step("use", "arm-put", ["keys"], (scope) => ({
    id: `${String(out(scope, "group", "id"))}/providers/Microsoft.Compute/availabilitySets/set`,
    apiVersion: "2024-03-01",
    body: { location: "eastus", properties: {} },
    secrets: { "/properties/key": (out(scope, "keys", "secrets") as { first: never }).first },
  })),
];

describe("an answer that is secret", () => {
  for (const [what, answers] of [
    ["at once", [{ status: 200, body: { keys: [{ value: KEY }] } }]],
    [
      "after an operation",
      [
        { status: 202, body: null, location: "https://management.azure.com/subscriptions/s/result?api-version=1" },
        { status: 202, body: null, location: "https://management.azure.com/subscriptions/s/result?api-version=1" },
        { status: 200, body: { keys: [{ value: KEY }] } },
      ],
    ],
  ] as const) {
    it(`is kept, and reaches no record: ${what}`, async () => {
      const clock = new VirtualClock();
      const { target, seen } = await withKeys(clock, answers);
      const { result, events, journal, vault } = await runSteps(target, clock, STEPS);
      expect([...result.failures]).eql([]);
      expect(changes(events)).eql({ group: "create", keys: "run", use: "create" });
      expect(seen[0]).equal("POST listKeys");
      expect(seen.length).equal(answers.length);
      expect(canonicalJson(journal.entries) + canonicalJson(events)).not.include(KEY);
      expect(vault.redact(`the key is ${KEY}`)).equal("the key is (secret)");
      await target.close();
    });
  }
  it("is told of when it is not where it should be", async () => {
    const clock = new VirtualClock();
    const { target } = await withKeys(clock, [{ status: 200, body: { keys: [] } }]);
    const { result } = await runSteps(target, clock, STEPS);
    expect([...result.failures.values()].map(({ message }) => message)).eql([
      'the answer has no text at /keys/0/value, for "first"',
    ]);
    await target.close();
  });
});
