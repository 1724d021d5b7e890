import { expect } from "chai";
import { newRunId } from "../../engine/cli/run-id.ts";

describe("the id of a run", () => {
  it("sorts after the newest, also within a second", () => {
    const now = Date.UTC(2026, 10, 25, 18, 36, 12);
    const ids: string[] = [];
    for (let run = 0; run < 60; run += 1) ids.push(newRunId(now, ids.at(-1)));
    expect([...new Set(ids)].toSorted()).eql(ids);
    expect(ids[0]).match(/^20261125-183612-[a-z]{3}$/);
    expect(newRunId(now + 1000, ids.at(-1))).match(/^20261125-183613-[a-z]{3}$/);
  });
});
