// Where the steps of a graph stand and how the lines between them run.

import { wavesOf } from "../graph/graph.ts";

export interface GraphNode {
  readonly id: string;
  readonly waitsFor: readonly string[];
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  /** The middle of each node. */
  readonly nodes: ReadonlyMap<string, { readonly x: number; readonly y: number }>;
  /** Points from one node's middle to another's. */
  readonly lines: readonly (readonly (readonly [number, number])[])[];
}

export const NODE = { width: 150, height: 44, gapX: 28, gapY: 46 } as const;

/** Above that the placing with the fewest crossings takes too long; and above the other, any placing but the plain one. */
const FEW = 60;
const MANY = 250;

/** Places steps from top to bottom, each below what it waits for. The graph has no cycle: a runbook that has one is refused. */
export async function layoutGraph(nodes: readonly GraphNode[]): Promise<Layout> {
  if (nodes.length === 0) return { width: 0, height: 0, nodes: new Map(), lines: [] };
  return nodes.length > MANY ? inWaves(nodes) : withDag(nodes);
}

async function withDag(nodes: readonly GraphNode[]): Promise<Layout> {
  const { graphStratify, sugiyama, decrossTwoLayer, layeringLongestPath, coordCenter } = await import("d3-dag");
  const names = new Set(nodes.map(({ id }) => id));
  const dag = graphStratify()(
    nodes.map(({ id, waitsFor }) => ({ id, parentIds: waitsFor.filter((name) => names.has(name)) })),
  );
  const size = [NODE.width, NODE.height] as const;
  const gap = [NODE.gapX, NODE.gapY] as const;
  const { width, height } =
    nodes.length <= FEW
      ? sugiyama().decross(decrossTwoLayer()).nodeSize(size).gap(gap)(dag)
      : sugiyama()
          .layering(layeringLongestPath())
          .decross(decrossTwoLayer())
          .coord(coordCenter())
          .nodeSize(size)
          .gap(gap)(dag);
  return {
    width,
    height,
    nodes: new Map([...dag.nodes()].map(({ data, x, y }) => [data.id, { x, y }])),
    lines: [...dag.links()].map(({ points }) => points.map(([x, y]) => [x, y] as const)),
  };
}

/** A row for each wave, wrapped so that the picture stays readable. */
function inWaves(nodes: readonly GraphNode[]): Layout {
  const perRow = 8;
  const rows = wavesOf(new Map(nodes.map(({ id, waitsFor }) => [id, waitsFor]))).flatMap((wave) =>
    Array.from({ length: Math.ceil(wave.length / perRow) }, (_, index) =>
      wave.slice(index * perRow, (index + 1) * perRow),
    ),
  );
  const at = new Map<string, { readonly x: number; readonly y: number }>();
  for (const [row, names] of rows.entries()) {
    for (const [column, name] of names.entries()) {
      at.set(name, {
        x: NODE.width / 2 + column * (NODE.width + NODE.gapX),
        y: NODE.height / 2 + row * (NODE.height + NODE.gapY),
      });
    }
  }
  const columns = Math.max(...rows.map((row) => row.length));
  return {
    width: columns * (NODE.width + NODE.gapX) - NODE.gapX,
    height: rows.length * (NODE.height + NODE.gapY) - NODE.gapY,
    nodes: at,
    lines: nodes.flatMap(({ id, waitsFor }) =>
      waitsFor.flatMap((name) => {
        const [from, to] = [at.get(name), at.get(id)];
        return from && to ? [[[from.x, from.y] as const, [to.x, to.y] as const]] : [];
      }),
    ),
  };
}
