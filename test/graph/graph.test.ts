import { expect } from "chai";
import fc from "fast-check";
import { firstCycle, wavesOf } from "../../engine/graph/graph.ts";

const graphOf = (edges: Record<string, string[]>): Map<string, string[]> => new Map(Object.entries(edges));

describe("graphs", () => {
  it("fall into waves, in the order written", () => {
    expect(
      wavesOf(graphOf({ read: ["token", "grant"], group: [], vm: ["group"], token: ["vm"], grant: ["group"] })),
    ).eql([["group"], ["vm", "grant"], ["token"], ["read"]]);
  });
  it("tell the first cycle from its node written first", () => {
    expect(firstCycle(graphOf({ a: ["c"], b: ["a"], c: ["b"], d: ["d"] }))).eql(["a", "c", "b", "a"]);
    expect(firstCycle(graphOf({ x: ["b"], b: ["c"], c: ["b"] }))).eql(["b", "c", "b"]);
    expect(firstCycle(graphOf({ d: ["d"] }))).eql(["d", "d"]);
  });
  it("have no cycle when every edge goes back, however long the chain", () => {
    const chain = new Map(Array.from({ length: 20_000 }, (_, n) => [`n${n}`, n === 0 ? [] : [`n${n - 1}`]]));
    expect(firstCycle(new Map([...chain].toReversed()))).equal(undefined);
  });
  it("put every node of an acyclic graph behind what it depends on", () => {
    const graphs = fc
      .integer({ min: 1, max: 12 })
      .chain((size) =>
        fc.tuple(...Array.from({ length: size }, (_, n) => fc.subarray(Array.from({ length: n }, (__, m) => `n${m}`)))),
      );
    fc.assert(
      fc.property(graphs, (edges) => {
        const graph = new Map(edges.map((after, n) => [`n${n}`, after]));
        const wave = new Map(wavesOf(graph).flatMap((nodes, at) => nodes.map((node) => [node, at] as const)));
        expect(wave.size).equal(graph.size);
        for (const [node, after] of graph) for (const one of after) expect(wave.get(one)).lessThan(wave.get(node)!);
      }),
    );
  });
});
