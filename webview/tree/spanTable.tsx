import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { attemptsOf } from '../state/attempts.ts';
import { usePanel } from '../state/panelContext.ts';
import { useSignal } from '../state/signal.ts';
import { standsPlaceOf } from '../state/stands.ts';
import { labelOf } from '../state/trace.ts';
import type { Trace } from '../state/trace.ts';
import { runExtent, timeAxis } from '../state/timeAxis.ts';
import type { TimeAxis } from '../state/timeAxis.ts';
import { useSize } from '../components/useSize.ts';
import { isMenuKey, openMenuAt } from '../components/menuKey.ts';
import { numbers } from '../components/numbers.ts';
import { columnsFor, gridOf, indentedLevels } from './columns.ts';
import type { Column } from './columns.ts';
import { emptyColumns, figureColumns, figureText } from './figures.ts';
import { PausedColumns } from './pausedColumns.tsx';
import { SpanRow } from './spanRow.tsx';
import { tableKey } from './tableKeys.ts';
import { foldedAbove, visibleRows } from './visibleRows.ts';

/** Rows drawn above and below the visible part, so that a quick scroll does not show gaps. */
const spare = 8;
const usualFontSize = 13, usualRowHeight = 22;

/** All spans as rows of a tree with their figures and bars; only the visible rows exist in the page. */
export function SpanTable({ trace }: { readonly trace: Trace }) {
  const panel = usePanel();
  const folded = useSignal(panel.view.folds.rows);
  const search = useSignal(panel.search.state);
  useSignal(panel.selection);
  useSignal(panel.clock.tick);
  const scroller = useRef<HTMLDivElement | null>(null);
  const size = useSize(scroller);
  const [top, setTop] = useState(0);
  const visible = useMemo(() => visibleRows(trace.tree, trace.rows.count, folded), [trace, folded]);
  const extent = useMemo(() => runExtent(trace.rows), [trace]);
  const scale = useMemo(fontScale, [size]);
  // Asking makes the page lay itself out, and the answer is another one only with the size.
  const scrollbar = useMemo(() => (scroller.current === null ? 0 : scroller.current.offsetWidth - scroller.current.clientWidth), [size]);
  const now = panel.now(trace);
  const stands = useSignal(panel.stands);
  const axis = timeAxis(extent, now);
  const empty = useMemo(() => emptyColumns(trace), [trace]);
  const columns = columnsFor(size?.width ?? 0, scale, empty);
  const levels = indentedLevels(size?.width ?? 0, scale, columns);
  const rowHeight = Math.max(usualRowHeight, Math.round(usualRowHeight * scale));
  const selected = panel.selectedRow;
  const selectedAt = useMemo(() => visible.rows.indexOf(selected), [visible, selected]);

  const height = size?.height ?? 0;
  useReveal(trace, selected, selectedAt, rowHeight, height, scroller);
  const first = Math.max(0, Math.floor(top / rowHeight) - spare);
  const last = Math.min(visible.rows.length, Math.ceil((top + height) / rowHeight) + spare);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (tableKey(event, { panel, trace, visible, selectedAt, page: Math.max(1, Math.floor(height / rowHeight) - 1) })) event.preventDefault();
  };

  const onContextMenu = (event: MouseEvent): void => {
    const row = document.getElementById(`span-row-${selected}`), name = row?.querySelector('.name');
    if (!isMenuKey(event) || row === null || name === null || name === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    openMenuAt(row, name.getBoundingClientRect());
  };

  return (
    <section class="table" aria-label="Spans">
      <TableHead columns={columns} axis={axis} scrollbar={scrollbar} />
      <div
        class="table-scroll" ref={scroller} role="treegrid" tabIndex={0} aria-label="Spans of the run" aria-rowcount={visible.rows.length} aria-colcount={columns.length}
        aria-readonly="true" aria-activedescendant={selectedAt >= first && selectedAt < last ? `span-row-${selected}` : undefined}
        onScroll={(event) => setTop(event.currentTarget.scrollTop)} onKeyDown={onKeyDown} onContextMenu={onContextMenu}
        onCopy={(event) => copyRow(event, trace, selected, now)}
      >
        <div class="table-rows" role="presentation" style={{ height: `${visible.rows.length * rowHeight}px` }}>
          <PausedColumns trace={trace} axis={axis} width={columns.find(({ id }) => id === 'timeline')?.width ?? 0} />
          {Array.from(visible.rows.subarray(first, last), (row, i) => (
            <SpanRow
              key={row} trace={trace} retry={attemptsOf(trace, row).indexOf(row)} row={row} index={first + i} depth={visible.depth[first + i] as number} top={(first + i) * rowHeight} height={rowHeight}
              columns={columns} levels={levels} axis={axis} now={now} isSelected={row === selected} isFolded={folded.has(row)} isDim={!search.isMatch(row)} stands={standsPlaceOf(stands, row)}
            />
          ))}
        </div>
      </div>
    </section>
  );
}

/** Copies the selected row as text with tabs, unless text is selected. */
function copyRow(event: ClipboardEvent, trace: Trace, row: number, now: number): void {
  if (row < 0 || event.clipboardData === null || getSelection()?.isCollapsed === false) return;
  event.clipboardData.setData('text/plain', [labelOf(trace, row), ...figureColumns.map((column) => figureText(column, trace, row, now))].join('\t'));
  event.preventDefault();
}

function TableHead({ columns, axis, scrollbar }: { readonly columns: readonly Column[]; readonly axis: TimeAxis; readonly scrollbar: number }) {
  return (
    <div class="table-head" aria-hidden="true" style={{ 'grid-template-columns': gridOf(columns), '--scrollbar': `${scrollbar}px` }}>
      {columns.map(({ id, title }) => {
        if (id === 'timeline') return <div key={id} class="axis"><span>{numbers.tick(0, 1e9)}</span><span>{numbers.duration(axis.to - axis.from)}</span></div>;
        return <div key={id} class={id === 'span' ? '' : 'right'}>{title}</div>;
      })}
    </div>
  );
}

/** Opens what is folded above a newly selected row, and scrolls to it. */
function useReveal(trace: Trace, selected: number, selectedAt: number, rowHeight: number, height: number, scroller: { readonly current: HTMLDivElement | null }): void {
  const panel = usePanel();
  useLayoutEffect(() => {
    if (selected < 0) return;
    const above = foldedAbove(trace.tree, selected, panel.view.folds.rows.value);
    if (above.length > 0) panel.view.folds.set(trace, above, false);
  }, [selected]);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null || selectedAt < 0) return;
    const { scrollTop, clientHeight } = element, from = selectedAt * rowHeight;
    const isBelow = from + rowHeight > scrollTop + clientHeight;
    if (from >= scrollTop && !isBelow) return;
    const isNear = from >= scrollTop - 3 * rowHeight && from <= scrollTop + clientHeight + 2 * rowHeight;
    if (isNear) element.scrollTop = isBelow ? from + rowHeight - clientHeight : from;
    else element.scrollTop = from - (clientHeight - rowHeight) / 2;
  }, [selected, selectedAt < 0, rowHeight, height]);
}

/** The editor's font size over the usual one: widths and heights grow with it. */
function fontScale(): number {
  const size = Number.parseFloat(getComputedStyle(document.body).fontSize);
  return Number.isFinite(size) ? size / usualFontSize : 1;
}
