import { useState } from 'preact/hooks';
import { durationText, isLost, isRunning, noEnd } from '../../src/analysis/ending.ts';
import { endOf, selfTime } from '../../src/analysis/selfTime.ts';
import { roleWords } from '../../src/model/role.ts';
import type { SpanDetails, SourceLink } from '../../src/protocol/panel.ts';
import { IconButton, LinkButton } from '../components/button.tsx';
import { Icon, RoleIcon } from '../components/icon.tsx';
import { MenuButton } from '../components/menu.tsx';
import { numbers } from '../components/numbers.ts';
import { visibleName } from '../../src/model/visibleText.ts';
import { attemptsOf } from '../state/attempts.ts';
import { useCalmTrace } from '../state/calmTrace.ts';
import { usePanel } from '../state/panelContext.ts';
import { isPlaceholder, roleOf, shownLabel } from '../state/trace.ts';
import type { Trace } from '../state/trace.ts';
import { exactText } from './jsonText.ts';
import { marksInWords } from './marksInWords.ts';
import { whenOf } from './times.ts';

interface HeadProps {
  readonly trace: Trace;
  readonly row: number;
  /** Undefined while the host looks the span up. */
  readonly details: SpanDetails | undefined;
  /** Shuts the drawer that the details stand in. */
  readonly onClose: (() => void) | undefined;
}

/** Who the span is, where its code is, and what was noticed about it. */
export function DetailsHead({ trace, row, details, onClose }: HeadProps) {
  const role = roleOf(trace, row);
  const calm = useCalmTrace(trace);
  const attempts = attemptsOf(calm, row);
  const attempt = attempts.length === 0 ? '' : ` · attempt ${attempts.indexOf(row) + 1} of ${attempts.length}`;
  const recorded = visibleName(trace.texts[trace.rows.name[row] as number] ?? '');
  return (
    <div class="details-head">
      <div class="title-line">
        <RoleIcon role={role} />
        <h2 class="title name cut" title={recorded}>{shownLabel(trace, row)}</h2>
        <span class="role-word">{roleWords[role] + attempt}</span>
        {isRunning(trace.rows, row) && <span class="state-word">running</span>}
        {isLost(trace.rows, row) && <span class="state-word">{noEnd}</span>}
        <span class="grow" />
        {details !== undefined && <HeadActions details={details} />}
        {onClose !== undefined && <IconButton icon="close" label="Close details (Esc)" onClick={onClose} />}
      </div>
      {details !== undefined && <SourceLine details={details} row={row} />}
      {details !== undefined && marksInWords(details.record).map((sentence) => (
        <p key={sentence} class="source-line"><Icon name="warning" class="warning-icon" /><span>{visibleName(sentence)}</span></p>
      ))}
    </div>
  );
}

function HeadActions({ details: { record, ref } }: { readonly details: SpanDetails }) {
  const panel = usePanel();
  const copies: readonly (readonly [string, () => string])[] = [
    ['Copy span ID', () => record.spanId],
    ['Copy trace ID', () => record.traceId],
    ['Copy name', () => record.name],
    ['Copy as JSON', () => exactText(record)],
  ];
  const copyItems = copies.map(([label, textOf]) => ({ kind: 'item', label, run: () => panel.copy(textOf()) }) as const);
  return (
    <>
      <IconButton icon="copy" label="Copy span as JSON" onClick={() => panel.copy(exactText(record))} />
      <MenuButton icon="ellipsis" label="More about this span" entries={() => [
        { kind: 'item', label: 'Open as JSON', icon: 'json', run: () => panel.post({ type: 'value.open', ref, what: 'json' }) },
        { kind: 'line' },
        ...copyItems,
      ]} />
    </>
  );
}

function SourceLine({ details: { sources, noSource, isMappable = false }, row }: { readonly details: SpanDetails; readonly row: number }) {
  const [isListed, setListed] = useState(false);
  const [best, ...others] = sources;
  // Outside of the editor there is nothing to say about it.
  if (noSource === '') return null;
  if (noSource !== undefined) {
    if (best === undefined && !isMappable) return <p class="source-line desc">{visibleName(noSource)}</p>;
    return <NoSource reason={noSource} candidates={sources} isMappable={isMappable} row={row} />;
  }
  if (best === undefined) return null;
  return (
    <>
      <div class="source-line">
        <SourceButton source={best} row={row} />
        {best.functionName !== undefined && <span class="desc cut">{`in ${visibleName(best.functionName)}`}</span>}
        {others.length > 0 && <LinkButton onClick={() => setListed(!isListed)}>{`${others.length} more place${others.length === 1 ? '' : 's'}`}</LinkButton>}
        <span class="grow" />
        <kbd class="kbd" title="Enter goes to the source, Alt+Enter opens it beside">Enter</kbd>
      </div>
      {isListed && <SourceList label="Other places that may have made this span" sources={others} row={row} />}
    </>
  );
}

function SourceButton({ source, row }: { readonly source: SourceLink; readonly row: number }) {
  const panel = usePanel();
  const label = visibleName(source.label);
  return (
    <button type="button" class="link" aria-label={label} title={`Go to ${label}\nFound by: ${visibleName(source.origin)}\nAlt+click opens it beside`} onClick={(event) => panel.openSource(row, event.altKey, source.index)}>
      <Icon name="go-to-file" /><PlaceText text={label} />
    </button>
  );
}

/** A place in code, whose folders give way first where there is little room. */
function PlaceText({ text }: { readonly text: string }) {
  const nameAt = Math.max(text.lastIndexOf('/'), text.lastIndexOf('\\')) + 1;
  return <span class="place mono"><span class="cut folders">{text.slice(0, nameAt)}</span><span class="cut">{text.slice(nameAt)}</span></span>;
}

function SourceList({ label, sources, row }: { readonly label: string; readonly sources: readonly SourceLink[]; readonly row: number }) {
  return (
    <ul class="source-list" aria-label={label}>
      {sources.map((source) => <li key={source.index}><SourceButton source={source} row={row} /><span class="desc cut">{visibleName(source.origin)}</span></li>)}
    </ul>
  );
}

/** Why no line is shown, with the places that it may be. */
function NoSource({ reason, candidates, isMappable, row }: { readonly reason: string; readonly candidates: readonly SourceLink[]; readonly isMappable: boolean; readonly row: number }) {
  const panel = usePanel();
  const [isListed, setListed] = useState(false);
  return (
    <div class="box warned">
      <div class="box-title">No source line for this span</div>
      <div>{visibleName(reason)}</div>
      <div class="steps">
        {candidates.length > 0 && <LinkButton onClick={() => setListed(!isListed)}>{`Choose one of ${candidates.length}`}</LinkButton>}
        {isMappable && <LinkButton onClick={() => panel.run('mapPath')}>Map a path</LinkButton>}
      </div>
      {isListed && <SourceList label="Places that may have made this span" sources={candidates} row={row} />}
    </div>
  );
}

/** The figures that one looks for first. */
export function FigureStrip({ trace, row, details }: Omit<HeadProps, 'onClose'>) {
  const panel = usePanel();
  const { rows, tree } = trace, now = panel.now(trace);
  const start = rows.start[row] as number, length = endOf(rows, row, now) - start, parent = tree.parent(row);
  const isModelCall = roleOf(trace, row) === 'llm';
  const agent = details?.record.agent, figures = trace.figures.get(row);
  const when = details === undefined ? undefined : whenOf(details.record.startUnixNano, trace, Date.now());
  // What has not come yet has no length of its own.
  const hasLength = !isLost(rows, row);
  const parentLength = parent < 0 || !hasLength || isLost(rows, parent) || isPlaceholder(trace, parent) ? 0 : endOf(rows, parent, now) - (rows.start[parent] as number);
  const known = (value: number | undefined, show: (value: number) => string): string => (value === undefined || Number.isNaN(value) ? '—' : show(value));
  const cells: Cell[] = [
    { name: 'Start', value: numbers.position(start - trace.origin), title: when?.exact ?? '' },
    durationCell(trace, row, panel.clock.now(trace.baseUnixNano)),
  ];
  if (isModelCall) {
    cells.push(
      { name: 'First token', value: known(agent?.timeToFirstTokenNs, (ns) => numbers.duration(ns)), title: agent?.sources['timeToFirstTokenNs'] ?? '' },
      { name: 'Tokens in', value: known(figures?.inputTokens, (count) => numbers.tokens(count)), title: agent?.sources['inputTokens'] ?? '', isRoomy: true },
      { name: 'Tokens out', value: known(figures?.outputTokens, (count) => numbers.tokens(count)), title: agent?.sources['outputTokens'] ?? '', isRoomy: true },
      { name: 'Cost', value: known(figures?.costUsd, (usd) => numbers.cost(usd)), title: agent?.sources['costUsd'] ?? '' },
    );
  } else {
    const self = selfTime(tree, rows, row, now);
    cells.push(hasLength ? { name: 'Self', value: numbers.duration(self), title: numbers.exact(Math.round(self)) } : { name: 'Self', value: '—', title: '' });
    cells.push({ name: 'Of parent', value: parentLength > 0 ? numbers.share(length / parentLength) : '—', title: '' });
  }
  return <dl class="strip">{cells.map(({ name, value, title, isRoomy }) => <div key={name} class={isRoomy === true ? 'roomy' : ''} title={title}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>;
}

/** How long a span takes, and apart from that how long the program stood in a debugger meanwhile. `now` is in recorded time. */
function durationCell({ recorded: { rows }, paused }: Trace, row: number, now: number): Cell {
  const start = rows.start[row] as number, end = endOf(rows, row, now);
  if (isLost(rows, row)) return { name: 'Duration', value: noEnd, title: '' };
  const pausedNs = paused.within(start, end), ns = end - start - pausedNs;
  const value = durationText(rows, row, ns, numbers, 'soFar'), exact = isRunning(rows, row) ? '' : numbers.exact(ns);
  if (pausedNs === 0) return { name: 'Duration', value, title: exact };
  const title = `${exact === '' ? '' : `${exact}\n`}${numbers.duration(pausedNs)} more in which the program stood in a debugger`;
  return { name: 'Duration', value: `${value} + ${numbers.duration(pausedNs)} paused`, title };
}

interface Cell { readonly name: string; readonly value: string; readonly title: string; readonly isRoomy?: boolean }
