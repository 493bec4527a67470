interface Linked { readonly spanId: string; readonly parentSpanId: string }

/**
 * Where the parent of each span stands in the list, -1 for roots: spans without a parent, whose parent is not there, and
 * the one span of a cycle where it is cut.
 */
export function parentsOf(spans: readonly Linked[]): Int32Array {
  const places = new Map<string, number>();
  spans.forEach(({ spanId }, place) => { if (!places.has(spanId)) places.set(spanId, place); });
  const parents = Int32Array.from(spans, ({ parentSpanId }, place) => {
    const parent = parentSpanId === '' ? undefined : places.get(parentSpanId);
    return parent === undefined || parent === place ? -1 : parent;
  });
  cutCycles(parents);
  return parents;
}

/** Every span is walked once: 1 is on the way that is walked now, 2 was walked before. */
function cutCycles(parents: Int32Array): void {
  const walked = new Uint8Array(parents.length);
  const way: number[] = [];
  for (let place = 0; place < parents.length; place++) {
    let at = place, last = -1;
    for (; at >= 0 && walked[at] === 0; at = parents[at] as number) {
      walked[at] = 1;
      way.push(at);
      last = at;
    }
    if (at >= 0 && walked[at] === 1) parents[last] = -1;
    for (const each of way.splice(0)) walked[each] = 2;
  }
}

/** A span in a tree: its place in the list, how deep it hangs, and whether it is the last of its siblings. */
export interface TreeStep { readonly place: number; readonly depth: number; readonly isLast: boolean }

/** The spans in the order of their tree, parents before children, siblings as they stand in the list. Without recursion. */
export function* treeOrder(parents: Int32Array): Generator<TreeStep> {
  const children = new Map<number, number[]>();
  parents.forEach((parent, place) => {
    const siblings = children.get(parent);
    if (siblings === undefined) children.set(parent, [place]); else siblings.push(place);
  });
  const stepsBelow = (parent: number, depth: number): TreeStep[] => {
    const places = children.get(parent) ?? [];
    return places.map((place, i) => ({ place, depth, isLast: i === places.length - 1 })).reverse();
  };
  const waiting = stepsBelow(-1, 0);
  for (let step = waiting.pop(); step !== undefined; step = waiting.pop()) {
    yield step;
    for (const below of stepsBelow(step.place, step.depth + 1)) waiting.push(below);
  }
}
