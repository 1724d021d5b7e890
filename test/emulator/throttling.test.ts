import { expect } from "chai";
import { openEmulatorTarget } from "../../engine/azure/emulator-target.ts";
import type { Buckets } from "../../engine/emulator/throttling.ts";
import { AzureCalls } from "../support/azure-calls.ts";
import { runSteps } from "../support/run-steps.ts";
import { TUTORIAL_STEPS } from "../support/tutorial-steps.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

const bucket = (size: number, perSecond: number) => ({ size, perSecond });
const small: Buckets = { reads: bucket(3, 2), writes: bucket(2, 1), deletes: bucket(1, 0.25) };

describe("throttling", () => {
  const remaining = (headers: Record<string, string>): Record<string, string> =>
    Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith("x-ms-ratelimit-")));

  it("tells what is left of Azure's buckets, for each kind of request", async () => {
    const azure = await new AzureCalls().signIn();
    const group = `${azure.subscription}/resourceGroups/lab`;
    const of = async (method: string, path: string, body?: unknown) =>
      remaining((await azure.send(method, path, { body })).headers);
    expect(await of("GET", group)).eql({
      "x-ms-ratelimit-remaining-subscription-reads": "249",
      "x-ms-ratelimit-remaining-subscription-global-reads": "3749",
    });
    expect(await of("HEAD", group)).eql({
      "x-ms-ratelimit-remaining-subscription-reads": "248",
      "x-ms-ratelimit-remaining-subscription-global-reads": "3748",
    });
    expect(await of("PUT", group, { location: "eastus" })).eql({
      "x-ms-ratelimit-remaining-subscription-writes": "199",
      "x-ms-ratelimit-remaining-subscription-global-writes": "2999",
    });
    expect(await of("DELETE", group)).eql({
      "x-ms-ratelimit-remaining-subscription-deletes": "199",
      "x-ms-ratelimit-remaining-subscription-global-deletes": "2999",
    });
    expect(await of("GET", "/tenants")).eql({ "x-ms-ratelimit-remaining-tenant-reads": "249" });
    expect(remaining((await azure.send("GET", group, { token: null })).headers)).eql({});
  });

  it("refuses what is too much, until tokens are back", async () => {
    const azure = await new AzureCalls({ throttling: "azure" }).signIn();
    const get = () => azure.get(`${azure.subscription}/resourceGroups`);
    for (let n = 1; n <= 250; n++) expect((await get()).status).equal(200);
    const refused = await get();
    expect(refused.status).equal(429);
    expect(refused.headers["retry-after"]).equal("1");
    expect(refused.headers["x-ms-ratelimit-remaining-subscription-reads"]).equal("0");
    expect(refused.body).eql({
      error: {
        code: "SubscriptionRequestsThrottled",
        message: `Number of 'read' requests for subscription '${azure.emulator.subscriptionId}' actor '${azure.emulator.operator.objectId}' exceeded. Please try again after '1' seconds.`,
      },
    });
    // Writes have a bucket of their own.
    expect((await azure.put(`${azure.subscription}/resourceGroups/lab`, { location: "eastus" })).status).equal(201);
    azure.now += 39;
    expect((await get()).status).equal(429);
    azure.now += 1;
    expect((await get()).status).equal(200);
    expect((await get()).status).equal(429);
    azure.now += 60_000;
    expect((await get()).headers["x-ms-ratelimit-remaining-subscription-reads"]).equal("249");
  });

  it("says when a token is back, and has buckets for the tenant besides", async () => {
    const azure = await new AzureCalls({ throttling: small }).signIn();
    const remove = () => azure.delete(`${azure.subscription}/resourceGroups/none`);
    expect((await remove()).status).equal(404);
    expect((await remove()).headers["retry-after"]).equal("4");
    azure.now += 3000;
    expect((await remove()).headers["retry-after"]).equal("1");
    azure.now += 1000;
    expect((await remove()).status).equal(404);
    for (let n = 1; n <= 3; n++) expect((await azure.get("/tenants")).status).equal(200);
    const refused = await azure.get("/tenants");
    expect([refused.status, refused.body.error.code]).eql([429, "TenantRequestsThrottled"]);
    expect((await azure.get(azure.subscription)).status).equal(200);
  });

  it("refuses nothing unless it is asked to, or the latency is real", async () => {
    const statuses = async (azure: AzureCalls): Promise<number> => {
      await azure.signIn();
      for (let n = 1; n <= 250; n++) await azure.get(azure.subscription);
      return (await azure.get(azure.subscription)).status;
    };
    expect(await statuses(new AzureCalls())).equal(200);
    expect(await statuses(new AzureCalls({ latency: "real" }))).equal(429);
    expect(await statuses(new AzureCalls({ latency: "real", throttling: "off" }))).equal(200);
  });

  it("slows the tutorial down, and nothing more", async () => {
    const clock = new VirtualClock();
    const target = await openEmulatorTarget({
      description: "emulator",
      throttling: small,
      now: () => clock.now(),
      sleep: (ms) => clock.sleep(ms),
    });
    let refused = 0;
    const { httpClient } = target;
    const counted: typeof target = {
      ...target,
      httpClient: {
        sendRequest: async (request) => {
          const answer = await httpClient!.sendRequest(request);
          if (answer.status === 429) refused++;
          return answer;
        },
      },
    };
    const secrets = { adminPassword: "Pl4nted-canary-password" };
    const told = await runSteps(counted, clock, TUTORIAL_STEPS, { secrets });
    expect(told.result.status).equal("done");
    expect(refused).greaterThan(5);
  });
});
