import type { Standing } from '../../src/protocol/panel.ts';
import type { Stands } from '../flame/chartTypes.ts';
import type { Trace } from './trace.ts';

export const noStands: Stands = { at: new Set(), above: new Set() };

/** `before` again when nothing differs from it, so that nobody draws for nothing. */
export function standsOf(trace: Trace | undefined, standing: Standing | undefined, before: Stands): Stands {
  if (trace === undefined || standing === undefined || standing.epoch !== trace.epoch) return noStands;
  const at = new Set(standing.rows.filter((row) => row < trace.rows.count)), above = new Set<number>();
  for (const row of at) for (let up = trace.tree.parent(row); up >= 0 && !above.has(up); up = trace.tree.parent(up)) above.add(up);
  for (const row of at) above.delete(row);
  if (at.size === 0) return noStands;
  return isSame(at, before.at) && isSame(above, before.above) ? before : { at, above };
}

/** `here` for a span at which the program stands, `below` for one that has such a span below it. */
export type StandsPlace = 'here' | 'below';

export const standsPlaceOf = ({ at, above }: Stands, row: number): StandsPlace | undefined => (at.has(row) ? 'here' : above.has(row) ? 'below' : undefined);

const isSame = (a: ReadonlySet<number>, b: ReadonlySet<number>): boolean => a.size === b.size && [...a].every((row) => b.has(row));
