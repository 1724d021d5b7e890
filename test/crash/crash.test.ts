import { expect } from "chai";
import { crashEverywhere } from "./crash-everywhere.ts";

describe("a process that kills itself", () => {
  it("leaves what a resume brings to the same end, wherever it was; `npm run crash` tries every place", async function () {
    this.timeout(120_000);
    const { kills, failures } = await crashEverywhere({
      runbook: "resources",
      sample: { count: 4, seed: "1" },
      workers: 2,
    });
    expect(failures).eql([]);
    expect(kills).greaterThan(2);
  });
});
