// Directed graphs of named nodes: order, waves, cycles. No word of runbooks.

/** Nodes in the order they were written, with the nodes each one comes after. Names that are no node are ignored. */
export type Dependencies = ReadonlyMap<string, readonly string[]>;

/** The nodes that may go together: each wave depends on earlier ones only. Nodes on or behind a cycle are in none. */
export function wavesOf(graph: Dependencies): readonly (readonly string[])[] {
  const remaining = new Map<string, number>();
  const dependents = new Map<string, string[]>();
  for (const [node, after] of graph) {
    const known = new Set(after.filter((name) => graph.has(name)));
    remaining.set(node, known.size);
    for (const name of known) dependents.set(name, [...(dependents.get(name) ?? []), node]);
  }
  const waves: string[][] = [];
  let wave = [...graph.keys()].filter((node) => remaining.get(node) === 0);
  while (wave.length > 0) {
    waves.push(wave);
    const freed = new Set<string>();
    for (const node of wave) {
      for (const dependent of dependents.get(node) ?? []) {
        const left = remaining.get(dependent)! - 1;
        remaining.set(dependent, left);
        if (left === 0) freed.add(dependent);
      }
    }
    wave = [...graph.keys()].filter((node) => freed.has(node));
  }
  return waves;
}

/**
 * One cycle for each knot of nodes that wait for each other: a shortest one through the knot's node written first, as a
 * path that begins and ends with it. Knots come in the order of those nodes.
 */
export function cyclesOf(graph: Dependencies): readonly (readonly string[])[] {
  const knots = knotsOf(graph);
  return [...graph.keys()].flatMap((node) => {
    const knot = knots.get(node);
    if (knot === undefined || knot.first !== node) return [];
    const cycle = shortestCycle(graph, node, (other) => knots.get(other) === knot);
    return cycle === undefined ? [] : [cycle];
  });
}

interface Knot {
  /** Its node that was written first. */
  readonly first: string;
}

/** Each node's strongly connected component, by Tarjan's algorithm. */
function knotsOf(graph: Dependencies): ReadonlyMap<string, Knot> {
  const order = new Map([...graph.keys()].map((node, index) => [node, index]));
  const knots = new Map<string, Knot>();
  const entered = new Map<string, { readonly index: number; low: number }>();
  const open: string[] = [];
  for (const root of graph.keys()) {
    if (entered.has(root)) continue;
    // An explicit stack: a chain of ten thousand nodes must not fill the call stack.
    const path: { readonly node: string; next: number }[] = [];
    const enter = (node: string): void => {
      entered.set(node, { index: entered.size, low: entered.size });
      open.push(node);
      path.push({ node, next: 0 });
    };
    enter(root);
    while (path.length > 0) {
      const top = path.at(-1)!;
      const mine = entered.get(top.node)!;
      const child = graph.get(top.node)![top.next++];
      if (child !== undefined) {
        const seen = entered.get(child);
        if (seen === undefined) {
          if (graph.has(child)) enter(child);
        } else if (!knots.has(child)) mine.low = Math.min(mine.low, seen.index);
        continue;
      }
      path.pop();
      const parent = path.at(-1);
      if (parent !== undefined) {
        const above = entered.get(parent.node)!;
        above.low = Math.min(above.low, mine.low);
      }
      if (mine.low !== mine.index) continue;
      const members = open.splice(open.lastIndexOf(top.node));
      const first = members.reduce((a, b) => (order.get(a)! <= order.get(b)! ? a : b));
      const knot = { first };
      for (const member of members) knots.set(member, knot);
    }
  }
  return knots;
}

/** Breadth first from the node back to itself, over the nodes that are allowed. */
function shortestCycle(
  graph: Dependencies,
  start: string,
  isAllowed: (node: string) => boolean,
): readonly string[] | undefined {
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (const node of queue) {
    for (const next of graph.get(node)!) {
      if (next === start) {
        const path = [start];
        for (let at = node; at !== start; at = cameFrom.get(at)!) path.unshift(at);
        return [start, ...path];
      }
      if (!graph.has(next) || cameFrom.has(next) || !isAllowed(next)) continue;
      cameFrom.set(next, node);
      queue.push(next);
    }
  }
  return undefined;
}
