import { createHttpHeaders } from "@azure/core-rest-pipeline";
import { expect } from "chai";
import { inProcessClient } from "../../engine/azure/in-process.ts";
import { call } from "../../engine/azure/sdk-call.ts";
import { OperationError } from "../../engine/run/failure.ts";
import { transientDelayMs } from "../../engine/run/retry.ts";
import { Vault } from "../../engine/run/vault.ts";

describe("a request that is not answered", () => {
  it("is told as a connection that timed out, which is worth another attempt when it can be repeated", async () => {
    const stopped = Object.assign(new Error("The operation was aborted."), { name: "AbortError" });
    const thrown: unknown = await call({ vault: new Vault() }, {}, () => Promise.reject(stopped)).catch(
      (error: unknown) => error,
    );
    expect(thrown).instanceOf(OperationError);
    const { failure } = thrown as OperationError;
    expect(failure).eql({ origin: "internal", code: "ETIMEDOUT", message: "no answer within 120 s" });
    expect([transientDelayMs(failure, 1, true), transientDelayMs(failure, 1, false)]).eql([1000, undefined]);
  });
  it("is broken off by its signal, also on the way to a server in this process", async () => {
    const client = inProcessClient({ handle: () => new Promise(() => {}) });
    const stop = new AbortController();
    const url = "https://management.azure.com/subscriptions";
    const request = { url, method: "GET", headers: createHttpHeaders(), abortSignal: stop.signal } as const;
    const sending = client.sendRequest(request as unknown as Parameters<typeof client.sendRequest>[0]);
    stop.abort();
    expect(((await sending.catch((error: unknown) => error)) as Error).name).equal("AbortError");
  });
});
