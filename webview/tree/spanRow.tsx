import { endOf } from '../../src/analysis/selfTime.ts';
import { isFailed } from '../../src/analysis/folds.ts';
import { isOnAxis } from '../../src/analysis/extents.ts';
import { roleWords } from '../../src/model/role.ts';
import { markBit } from '../../src/model/span.ts';
import { Icon, RoleIcon, colourRole } from '../components/icon.tsx';
import { numbers } from '../components/numbers.ts';
import { visibleName } from '../../src/model/visibleText.ts';
import { usePanel } from '../state/panelContext.ts';
import type { StandsPlace } from '../state/stands.ts';
import type { TimeAxis } from '../state/timeAxis.ts';
import { spanContext } from '../state/spanContext.ts';
import { roleOf, shownLabel } from '../state/trace.ts';
import type { Trace } from '../state/trace.ts';
import { gridOf } from './columns.ts';
import type { Column, ColumnId } from './columns.ts';
import { figureText } from './figures.ts';
import { toggleFold } from './tableKeys.ts';

interface SpanRowProps {
  readonly trace: Trace;
  readonly row: number;
  /** Which try of the same tool it is after the first; 0 or less for the first or only one. */
  readonly retry: number;
  /** Place among the visible rows. */
  readonly index: number;
  readonly depth: number;
  /** CSS pixels. */
  readonly top: number;
  readonly height: number;
  readonly columns: readonly Column[];
  /** Deeper ones stand no further right, and say how deep they are. */
  readonly levels: number;
  readonly axis: TimeAxis;
  readonly now: number;
  readonly isSelected: boolean;
  readonly isFolded: boolean;
  readonly isDim: boolean;
  /** Whether the program stands at it in the debugger, or at a span below it. */
  readonly stands: StandsPlace | undefined;
}

const openBit = markBit('open'), placeholderBit = markBit('placeholder'), lostBit = markBit('lost');

/** One span in the table. */
export function SpanRow(props: SpanRowProps) {
  const { trace, row, index, depth, top, height, columns, isSelected, isFolded, isDim, stands } = props;
  const panel = usePanel();
  const { tree } = trace;
  const hasChildren = tree.childCount(row) > 0;
  const classes = `table-row${isSelected ? ' selected' : ''}${isDim ? ' dim' : ''}${stands === undefined ? '' : ` stands-${stands}`}`;
  return (
    <div
      id={`span-row-${row}`} class={classes} role="row" aria-rowindex={index + 1} aria-level={depth + 1} aria-selected={isSelected}
      aria-posinset={tree.indexOf(row) + 1} aria-setsize={tree.childCount(tree.parent(row))} {...(hasChildren ? { 'aria-expanded': !isFolded } : {})}
      data-vscode-context={spanContext(trace, row)}
      style={{ top: `${top}px`, height: `${height}px`, 'grid-template-columns': gridOf(columns) }}
      onMouseDown={(event) => { if (event.detail < 2) panel.select(row); }}
      onDblClick={(event) => panel.openSource(row, event.altKey)}
    >
      {columns.map(({ id }, i) => <Cell key={id} column={id} colIndex={i + 1} {...props} />)}
    </div>
  );
}

function Cell(props: SpanRowProps & { readonly column: ColumnId; readonly colIndex: number }) {
  const { column, colIndex, trace, row, now } = props;
  if (column === 'span') return <SpanCell {...props} />;
  if (column === 'timeline') return <div class="bar-cell" role="gridcell" aria-colindex={colIndex}><Bar {...props} /></div>;
  const quiet = column === 'start' || column === 'self' ? ' desc' : '';
  return <div class={`right num${quiet}`} role="gridcell" aria-colindex={colIndex}>{figureText(column, trace, row, now)}</div>;
}

function SpanCell({ trace, row, retry, depth, levels, colIndex, isFolded, stands }: SpanRowProps & { readonly colIndex: number }) {
  const panel = usePanel();
  const role = roleOf(trace, row), marks = trace.rows.marks[row] as number;
  const label = shownLabel(trace, row);
  const recorded = visibleName(trace.texts[trace.rows.name[row] as number] ?? '');
  const hasChildren = trace.tree.childCount(row) > 0;
  return (
    <div class="span-cell" role="gridcell" aria-colindex={colIndex} title={recorded === label || recorded === '' ? label : `${label} (${recorded})`}>
      <Indent depth={depth} most={levels} />
      <span class="twistie" onMouseDown={(event) => { if (hasChildren) { event.stopPropagation(); toggleFold(panel, trace, row); } }}>
        {hasChildren && <Icon name={isFolded ? 'chevron-right' : 'chevron-down'} />}
      </span>
      <RoleIcon role={role} />
      <span class="unseen">{`${roleWords[role]}, `}</span>
      <span class={`name cut${role === 'agent' ? ' agent' : ''}`}>{label}</span>
      {retry > 0 && <span class="note desc num">{`· retry ${retry}`}</span>}
      {isFailed(trace.rows, row) && <Icon name="error" class="state error-icon" label="failed" />}
      {(marks & lostBit) !== 0 && <Icon name="debug-disconnect" class="state warning-icon" label="no end: the program or its record stopped first" />}
      {(marks & placeholderBit) !== 0 && <Icon name="question" class="state" label="not received yet" />}
      {stands !== undefined && <Icon name={stands === 'here' ? 'debug-stackframe' : 'debug-stackframe-dot'} class="state stands-icon" label={stands === 'here' ? 'the program stands here' : 'the program stands below'} />}
      {stands === 'here' && <span class="note" aria-hidden="true">stands here</span>}
      {isFolded && <span class="note desc num">{numbers.counted(trace.tree.subtreeSize(row) - 1, 'span')}</span>}
      {(marks & (openBit | lostBit)) === openBit && <Icon name="loading" class="state open-icon" label="running" />}
    </div>
  );
}

function Indent({ depth, most }: { readonly depth: number; readonly most: number }) {
  const levels = Math.min(depth, most);
  return (
    <>
      {levels > 0 && <span class="guides" style={{ width: `calc(${levels} * var(--indent))` }} />}
      {depth > most && <span class="depth" title={`Level ${depth + 1}`}>{depth + 1}</span>}
    </>
  );
}

function Bar({ trace, row, axis, now }: SpanRowProps) {
  const { rows } = trace, span = axis.to - axis.from;
  if (!isOnAxis(rows, row) || span <= 0) return null;
  const start = rows.start[row] as number, marks = rows.marks[row] as number;
  const left = (start - axis.from) / span, width = (endOf(rows, row, now) - start) / span;
  const state = isFailed(rows, row) ? ' failed' : (marks & placeholderBit) !== 0 ? ' placeholder' : (marks & openBit) !== 0 ? ' open' : '';
  return <span class={`bar fill-${colourRole(roleOf(trace, row))}${state}`} style={{ left: `min(${left * 100}%, 100% - 2px)`, width: `${width * 100}%` }} />;
}
