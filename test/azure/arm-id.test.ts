import { expect } from "chai";
import { parseResourceId } from "../../engine/azure/arm-id.ts";
import { failureOf } from "../../engine/run/failure.ts";

describe("an id that is sent to Azure", () => {
  const failure = (id: string) => {
    try {
      return parseResourceId(id);
    } catch (thrown) {
      return failureOf(thrown, "internal");
    }
  };
  it("is taken apart", () => {
    expect(failure("/subscriptions/s/resourcegroups/g/providers/A/b/c")).eql({ resourceGroup: "g", name: "c" });
  });
  it("is no mistake of the engine when it is none", () => {
    expect(failure("gx")).eql({
      origin: "step",
      message: '"gx" is not the ARM id of something in a resource group',
      hint: "this looks like a name; the ARM id of what a step made is its output `id`",
    });
    expect(failure("/subscriptions/s")).eql({
      origin: "step",
      message: '"/subscriptions/s" is not the ARM id of something in a resource group',
      hint: "ids look like /subscriptions/<guid>/resourceGroups/<group>/…",
    });
  });
});
