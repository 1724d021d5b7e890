import { expect } from "chai";
import { newest, walk } from "../conformance/walk.ts";
import { AzureCalls } from "../support/azure-calls.ts";

/** What stands where something else is expected. */
const MISFITS: readonly unknown[] = [null, 7, "x", [null], { x: null }];

/** The body once for each place in it and each misfit, and once without that place. */
function* misfitting(body: unknown, path: readonly string[] = []): Generator<unknown> {
  const at = path.reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], body);
  const changed = (change: (parent: Record<string, unknown>, key: string) => void): unknown => {
    const root = structuredClone({ body });
    const places = ["body", ...path];
    const parent = places
      .slice(0, -1)
      .reduce<Record<string, unknown>>((value, key) => value[key] as Record<string, unknown>, root);
    change(parent, places.at(-1)!);
    return root.body;
  };
  for (const misfit of MISFITS) yield changed((parent, key) => (parent[key] = misfit));
  if (path.length > 0) yield changed((parent, key) => delete parent[key]);
  if (typeof at !== "object" || at === null) return;
  for (const key of Object.keys(at)) yield* misfitting(body, [...path, key]);
}

describe("a body with a value of the wrong type", function () {
  this.timeout(120_000);

  it("is answered by what looks at values, at every place of every body that is sent anywhere", async () => {
    const azure = await new AzureCalls({ seed: "walk" }).signIn();
    const seen = new Set<string>();
    const fell: string[] = [];
    let sent = 0;
    for (const { method, url, body, operation } of await walk(newest)) {
      if (body !== undefined && !seen.has(operation)) {
        seen.add(operation);
        for (const wrong of misfitting(body)) {
          sent++;
          const { status, body: answer } = await azure.send(method, url, { body: wrong });
          const { code = "", message = "" } = (answer?.error ?? {}) as { code?: string; message?: string };
          // The last resort, when a handler has tripped over a value that nothing looked at before.
          const isTripped = message.includes("A value is not of the type that is expected there");
          if (isTripped || (status >= 500 && code !== "NotEmulated"))
            fell.push(`${method} ${url} ${JSON.stringify(wrong)}: ${status} ${message}`);
        }
      }
      azure.now += 1000;
      await azure.send(method, url, { body });
    }
    expect(fell).eql([]);
    expect(sent).greaterThan(1500);
  });
});
