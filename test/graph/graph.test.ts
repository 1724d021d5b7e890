import { expect } from "chai";
import fc from "fast-check";
import { cyclesOf, wavesOf } from "../../engine/graph/graph.ts";

const graphOf = (edges: Record<string, string[]>): Map<string, string[]> => new Map(Object.entries(edges));

describe("graphs", () => {
  it("fall into waves, in the order written", () => {
    expect(
      wavesOf(graphOf({ read: ["token", "grant"], group: [], vm: ["group"], token: ["vm"], grant: ["group"] })),
    ).eql([["group"], ["vm", "grant"], ["token"], ["read"]]);
  });
  it("tell one cycle for each knot, from its node written first and by the shortest way", () => {
    expect(cyclesOf(graphOf({ a: ["c"], b: ["a"], c: ["b"], d: ["d"] }))).eql([
      ["a", "c", "b", "a"],
      ["d", "d"],
    ]);
    expect(cyclesOf(graphOf({ x: ["b"], b: ["c"], c: ["b"] }))).eql([["b", "c", "b"]]);
    expect(cyclesOf(graphOf({ a: ["b", "c"], b: ["c"], c: ["a"] }))).eql([["a", "c", "a"]]);
    expect(cyclesOf(graphOf({ a: ["gone"], b: ["a", "gone"] }))).eql([]);
  });
  it("have no cycle when every edge goes back, however long the chain, and one when its ends meet", () => {
    const chain = new Map(Array.from({ length: 20_000 }, (_, n) => [`n${n}`, n === 0 ? [] : [`n${n - 1}`]]));
    expect(cyclesOf(new Map([...chain].toReversed()))).eql([]);
    expect(cyclesOf(new Map(chain).set("n0", ["n19999"]))[0]).length(20_001);
  });
  it("have cycles exactly when not every node is in a wave", () => {
    const names = ["a", "b", "c", "d", "e"];
    const graphs = fc.tuple(...names.map(() => fc.subarray(names)));
    fc.assert(
      fc.property(graphs, (edges) => {
        const graph = new Map(names.map((name, index) => [name, edges[index]!]));
        const cycles = cyclesOf(graph);
        expect(cycles.length > 0).equal(wavesOf(graph).flat().length < names.length);
        for (const cycle of cycles) {
          for (const [index, node] of cycle.slice(0, -1).entries()) expect(graph.get(node)).include(cycle[index + 1]);
          expect(cycle[0]).equal(cycle.at(-1));
        }
      }),
    );
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
