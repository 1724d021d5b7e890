import { expect } from "chai";
import { newRunId } from "../../engine/cli/run-id.ts";

describe("the id of a run", () => {
  it("sorts as the runs began, to the millisecond", () => {
    const begin = Date.UTC(2026, 10, 25, 18, 36, 12);
    const ids = Array.from({ length: 1200 }, (_, index) => newRunId(begin + index));
    expect(ids.toSorted()).eql(ids);
    expect(ids[0]).match(/^20261125-183612-[a-z]{3}$/);
  });
});
