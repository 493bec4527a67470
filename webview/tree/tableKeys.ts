import { sibling } from '../../src/analysis/steps.ts';
import type { Panel } from '../state/panel.ts';
import type { Trace } from '../state/trace.ts';
import type { VisibleRows } from './visibleRows.ts';

interface TableState {
  readonly panel: Panel;
  readonly trace: Trace;
  readonly visible: VisibleRows;
  /** Place of the selected row among the visible ones; -1 when nothing is selected. */
  readonly selectedAt: number;
  /** Rows that fit into the table. */
  readonly page: number;
}

/** Does what a key means in the table; false when it means nothing there. */
export function tableKey(event: KeyboardEvent, state: TableState): boolean {
  if (event.ctrlKey || event.metaKey) return false;
  const { panel, trace, selectedAt } = state;
  const row = panel.selectedRow;
  const target = movedTo(event.key, state);
  if (target !== undefined) {
    if (target >= 0) panel.select(target);
    return true;
  }
  if (row < 0 || selectedAt < 0) return false;
  if (event.key === ' ') toggleFold(panel, trace, row);
  else if (event.key === 'Enter') panel.openSource(row, event.altKey);
  else return false;
  return true;
}

/** Hides or shows what is below a row. */
export function toggleFold(panel: Panel, trace: Trace, row: number): void {
  if (trace.tree.childCount(row) > 0) panel.view.folds.set(trace, [row], !panel.view.folds.has(row));
}

/** The row that a moving key leads to: -1 when there is none, undefined when the key does not move. */
function movedTo(key: string, { trace, visible, selectedAt, page, panel }: TableState): number | undefined {
  const { rows } = visible, row = panel.selectedRow;
  const at = (index: number): number => rows[Math.min(rows.length - 1, Math.max(0, index))] ?? -1;
  switch (key) {
    case 'ArrowDown': return at(selectedAt + 1);
    case 'ArrowUp': return at(selectedAt < 0 ? 0 : selectedAt - 1);
    case 'PageDown': return at(selectedAt + page);
    case 'PageUp': return at(selectedAt - page);
    case 'Home': return at(0);
    case 'End': return at(rows.length - 1);
    case 'ArrowLeft': return row < 0 ? -1 : sibling(trace.tree, row, -1) ?? -1;
    case 'ArrowRight': return row < 0 ? -1 : sibling(trace.tree, row, 1) ?? -1;
    default: return undefined;
  }
}
