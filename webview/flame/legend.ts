import { metaRole } from '../../src/model/traceRows.ts';
import { roleWords, roles } from '../../src/model/role.ts';
import type { Role } from '../../src/model/role.ts';
import type { Legend, LegendEntry } from './chartTypes.ts';
import { statusOf } from './colouring.ts';
import { outlineOf } from './contrast.ts';
import { coloursOf, cycle, noColour, selfTimeColour } from './palette.ts';
import type { Scene } from './scene.ts';
import { isHighContrast } from './theme.ts';
import type { ChartTheme } from './theme.ts';

/** Roles in the order of the design, each with those that share its colour. */
const roleOrder: readonly (readonly Role[])[] = cycle.map((role) =>
  role === 'agent' ? ['agent', 'handoff'] : role === 'retriever' ? ['retriever', 'reranker'] : [role]);
const statusWords = ['Failed', 'Running', 'Ok', 'Ended'];
const mostEntries = cycle.length;

/** What the colours of the chart mean, for the spans that are there. */
export function legendOf(scene: Scene, theme: ChartTheme): Legend {
  const { colouring, rows } = scene, { colourBy } = colouring;
  if (colourBy === 'selfTime') {
    return { kind: 'scale', stops: [0, 0.25, 0.5, 0.75, 1].map((part) => selfTimeColour(theme, part)), fromNs: 0, toNs: colouring.longestSelf };
  }
  const colours = coloursOf(theme, colourBy);
  const entry = (key: string, label: string, colour: number, count: number): LegendEntry => {
    const { fill, icon } = colours[colour] ?? { fill: theme.description, icon: theme.description };
    return { key, label, fill, outline: isHighContrast(theme) ? undefined : outlineOf(fill, icon, theme.background), count };
  };
  if (colourBy === 'role') {
    const counts = countBy(rows.count, (row) => metaRole(rows.meta[row] as number));
    const entries = roleOrder.flatMap((group) => {
      const count = group.reduce((sum, role) => sum + (counts.get(roles.indexOf(role)) ?? 0), 0);
      const [role] = group;
      return count === 0 || role === undefined ? [] : [entry(role, roleWords[role], roles.indexOf(role), count)];
    });
    return { kind: 'entries', entries, more: 0 };
  }
  if (colourBy === 'status') {
    const counts = countBy(rows.count, (row) => statusOf(rows, row));
    return { kind: 'entries', entries: statusWords.flatMap((word, i) => (counts.has(i) ? [entry(word.toLowerCase(), word, i, counts.get(i) ?? 0)] : [])), more: 0 };
  }
  const counts = countBy(rows.count, (row) => colouring.keyOf(scene, row) ?? -1);
  const keys = [...colouring.keys];
  const entries = keys.slice(0, mostEntries).map(([key, position]) => {
    const text = scene.texts[key] ?? '';
    return entry(text, text, position % cycle.length, counts.get(key) ?? 0);
  });
  const none = counts.get(-1) ?? 0;
  if (none > 0) entries.push(entry('', 'None', noColour, none));
  return { kind: 'entries', entries, more: Math.max(0, keys.length - mostEntries) };
}

function countBy(count: number, keyOf: (row: number) => number): Map<number, number> {
  const counts = new Map<number, number>();
  for (let row = 0; row < count; row++) {
    const key = keyOf(row);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}
