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

/** The first cycle as a path that begins and ends with its node written first, or `undefined`. */
export function firstCycle(graph: Dependencies): readonly string[] | undefined {
  const order = new Map([...graph.keys()].map((node, index) => [node, index]));
  const finished = new Set<string>();
  for (const root of graph.keys()) {
    if (finished.has(root)) continue;
    // An explicit stack: a chain of ten thousand nodes must not fill the call stack.
    const path: { readonly node: string; next: number }[] = [{ node: root, next: 0 }];
    const onPath = new Set([root]);
    while (path.length > 0) {
      const top = path.at(-1)!;
      const child = graph.get(top.node)![top.next++];
      if (child === undefined) {
        finished.add(top.node);
        onPath.delete(top.node);
        path.pop();
      } else if (onPath.has(child)) {
        const cycle = path.slice(path.findIndex(({ node }) => node === child)).map(({ node }) => node);
        const first = cycle.reduce((a, b) => (order.get(a)! <= order.get(b)! ? a : b));
        const at = cycle.indexOf(first);
        return [...cycle.slice(at), ...cycle.slice(0, at), first];
      } else if (graph.has(child) && !finished.has(child)) {
        path.push({ node: child, next: 0 });
        onPath.add(child);
      }
    }
  }
  return undefined;
}
