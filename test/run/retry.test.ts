import { expect } from "chai";
import { propagationDelayMs, transientDelayMs } from "../../engine/run/retry.ts";

const azure = { origin: "azure", message: "" } as const;
const nothing = { principals: new Set<string>(), grants: new Set<string>(), identities: new Set<string>() };

describe("which failures are worth another attempt", () => {
  it("waits as long as Azure asks", () => {
    expect(transientDelayMs({ ...azure, status: 429, retryAfterMs: 7000 }, 1, true)).equal(7000);
    expect(transientDelayMs({ ...azure, status: 503 }, 3, true)).equal(4000);
  });
  it("repeats an unsafe POST only when it was not accepted", () => {
    expect(transientDelayMs({ ...azure, status: 500 }, 1, false)).equal(undefined);
    expect(transientDelayMs({ ...azure, status: 429 }, 1, false)).equal(1000);
  });
  it("never repeats what Azure refuses for good", () => {
    for (const status of [400, 401, 403, 404, 409, 501, 505]) {
      expect(transientDelayMs({ ...azure, status }, 1, true), String(status)).equal(undefined);
    }
  });
  it("gives up after the last attempt", () => {
    expect(transientDelayMs({ ...azure, status: 500 }, 6, true)).equal(undefined);
  });
  it("waits for a new principal, and for no other", () => {
    const failure = { ...azure, status: 400, code: "PrincipalNotFound" };
    const recent = { ...nothing, principals: new Set(["p1"]) };
    expect(propagationDelayMs(failure, 1, 0, { principal: "P1" }, recent)).equal(500);
    expect(propagationDelayMs(failure, 1, 0, { principal: "p2" }, recent)).equal(undefined);
  });
  it("waits for a new role assignment of the principal that was refused, and for no other", () => {
    const message = "The client 'c' with object id 'P1' does not have authorization to perform action 'x/read'";
    const failure = { ...azure, status: 403, code: "AuthorizationFailed", message };
    expect(propagationDelayMs(failure, 3, 0, {}, { ...nothing, grants: new Set(["p1"]) })).equal(2000);
    expect(propagationDelayMs(failure, 3, 0, {}, { ...nothing, grants: new Set(["p2"]) })).equal(undefined);
  });
  it("stops waiting after ten minutes", () => {
    const failure = { ...azure, code: "PrincipalNotFound" };
    expect(
      propagationDelayMs(failure, 9, 600_000, { principal: "p" }, { ...nothing, principals: new Set(["p"]) }),
    ).equal(undefined);
  });
});
