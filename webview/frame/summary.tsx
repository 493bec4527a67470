import type { ComponentChildren } from 'preact';
import type { TraceSummary } from '../../src/model/records.ts';
import { Icon } from '../components/icon.tsx';
import { numbers } from '../components/numbers.ts';
import { usePanel } from '../state/panelContext.ts';
import type { Panel } from '../state/panel.ts';
import { useSignal } from '../state/signal.ts';
import type { PanelWidth } from './panelWidth.ts';

interface SummaryProps {
  readonly summary: TraceSummary;
  readonly width: PanelWidth;
  readonly children: ComponentChildren;
}

/** The state of the run and its sums in one line, and the toolbar. */
export function Summary({ summary, width, children }: SummaryProps) {
  const panel = usePanel();
  useSignal(panel.clock.tick);
  const isNarrow = width === 'narrow', isRunning = summary.openCount > 0;
  const hasTokens = summary.inputTokens > 0 || summary.outputTokens > 0;
  return (
    <section class="summary" aria-label="Summary of the run">
      <div class="summary-facts">
        <StateFact summary={summary} isNarrow={isNarrow} />
        <PausedFact summary={summary} />
        <Fact value={numbers.shortCount(summary.spanCount)} word={summary.spanCount === 1 ? 'span' : 'spans'} />
        {summary.errorCount > 0 && <Fact value={numbers.shortCount(summary.errorCount)} word={summary.errorCount === 1 ? 'error' : 'errors'} tone="error-text" />}
        {width === 'wide' && summary.llmCalls > 0 && <Fact value={numbers.shortCount(summary.llmCalls)} word={summary.llmCalls === 1 ? 'model call' : 'model calls'} />}
        {width === 'wide' && summary.toolCalls > 0 && <Fact value={numbers.shortCount(summary.toolCalls)} word={summary.toolCalls === 1 ? 'tool call' : 'tool calls'} />}
        {hasTokens && <Fact value={numbers.tokenFlow(summary.inputTokens, summary.outputTokens)} word={isNarrow ? '' : 'tokens'} title="Input → output tokens, sum of the model calls" />}
        {summary.costUsd !== undefined && <Fact value={numbers.cost(summary.costUsd)} word={isRunning && !isNarrow ? 'so far' : ''} title="Sum of the model calls" />}
      </div>
      {children}
    </section>
  );
}

function Fact({ value, word, tone, title }: { readonly value: string; readonly word: string; readonly tone?: string; readonly title?: string }) {
  return <div class="fact" title={title ?? ''}><b class={tone ?? ''}>{value}</b>{word !== '' && <span>{word}</span>}</div>;
}

/** How long the run takes, nanoseconds; with what of it the program stood in a debugger. */
function lengthOf(panel: Panel, summary: TraceSummary): { readonly whole: number; readonly paused: number; readonly isFolded: boolean } {
  const start = BigInt(summary.startUnixNano), trace = panel.trace.value;
  const whole = Math.max(0, summary.openCount > 0 || summary.endUnixNano === undefined ? panel.clock.now(start) : Number(BigInt(summary.endUnixNano) - start));
  if (trace === undefined || !Number.isFinite(whole)) return { whole, paused: 0, isFolded: false };
  const from = Number(start - trace.baseUnixNano);
  return { whole, paused: trace.paused.within(from, from + whole), isFolded: trace.isFolded };
}

function PausedFact({ summary }: { readonly summary: TraceSummary }) {
  const panel = usePanel();
  useSignal(panel.trace);
  const { paused, isFolded } = lengthOf(panel, summary);
  if (paused <= 0) return null;
  return <Fact value={numbers.duration(paused)} word="paused" title={isFolded ? 'Folded away: the program stood in a debugger for so long' : 'Of the whole time, for so long the program stood in a debugger (P folds it away)'} />;
}

function StateFact({ summary, isNarrow }: { readonly summary: TraceSummary; readonly isNarrow: boolean }) {
  const panel = usePanel();
  useSignal(panel.trace);
  const isRunning = summary.openCount > 0, { whole, paused, isFolded } = lengthOf(panel, summary);
  const text = Number.isFinite(whole) ? numbers.duration(isFolded ? whole - paused : whole) : '—';
  if (!isRunning) return <div class="fact ended" title={`From the first start to the last end${isFolded ? ', without paused time' : ''}`}><b>{text}</b></div>;
  return (
    <div class="fact state" title={numbers.counted(summary.openCount, 'open span')}>
      <Icon name="loading" class="open-icon" /><b>{text}</b>{isNarrow ? <span class="unseen">running</span> : <span>running</span>}
    </div>
  );
}
