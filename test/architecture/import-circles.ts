/** The files that each file imports, by path. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

/**
 * Returns one text, such as `a -> b -> a`, for each set of files that all import one another, directly or indirectly.
 * The text shows the shortest circle through the first file of the set, and then names the other files of the set.
 */
export function importCircles(graph: ImportGraph): string[] {
  return stronglyConnected(graph)
    .filter((files) => files.length > 1 || graph.get(files[0] ?? '')?.includes(files[0] ?? ''))
    .map((files) => describeCircle(files.toSorted(), graph))
    .toSorted();
}

/** Finds the strongly connected components with Tarjan's algorithm. */
function stronglyConnected(graph: ImportGraph): string[][] {
  const components: string[][] = [];
  const order = new Map<string, number>();
  const stack: string[] = [];
  const visit = (file: string): number => {
    const own = order.size;
    let low = own;
    order.set(file, own);
    stack.push(file);
    for (const imported of graph.get(file) ?? []) {
      if (!order.has(imported)) low = Math.min(low, visit(imported));
      else if (stack.includes(imported)) low = Math.min(low, order.get(imported) ?? low);
    }
    if (low === own) components.push(stack.splice(stack.indexOf(file)));
    return low;
  };
  for (const file of graph.keys()) if (!order.has(file)) visit(file);
  return components;
}

function describeCircle(files: readonly string[], graph: ImportGraph): string {
  const [first = ''] = files;
  const circle = shortestWayBack(first, new Set(files), graph);
  const beside = files.filter((file) => !circle.includes(file));
  const way = circle.join(' -> ');
  return beside.length === 0 ? way : `${way}, knotted with ${beside.join(', ')}`;
}

/** Returns the shortest path from a file through others of its component back to itself, by breadth-first search. */
function shortestWayBack(start: string, component: ReadonlySet<string>, graph: ImportGraph): string[] {
  const ways: string[][] = [[start]];
  const reached = new Set<string>();
  for (const way of ways) {
    for (const next of graph.get(way.at(-1) ?? '') ?? []) {
      if (next === start) return [...way, start];
      if (!component.has(next) || reached.has(next)) continue;
      reached.add(next);
      ways.push([...way, next]);
    }
  }
  return [start];
}
