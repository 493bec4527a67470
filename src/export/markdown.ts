import { Numbers } from '../analysis/numbers.ts';
import { agentOf, stepOf, subjectOf } from '../model/conventions/registry.ts';
import type { AgentView } from '../model/agent.ts';
import { roleWords } from '../model/role.ts';
import { isoOfNanos } from '../model/time.ts';
import { visibleName } from '../model/visibleText.ts';
import type { ExportOptions, ExportSpan, Exporter } from './exporter.ts';
import { StepWriter, isException } from './markdownSteps.ts';
import { code, fenced } from './markdownText.ts';
import { parentsOf, treeOrder } from './spanForest.ts';
import type { TreeStep } from './spanForest.ts';

/** Spans whose texts are kept for the account; of the others only what the tree shows. */
const mostTold = 2000, mostFailures = 25, mostRows = 400, deepestIndent = 30;
const longestLine = 160;
/** Texts are cut to the first of these with which the account has its length. */
const textLengths: readonly number[] = [20_000, 5000, 1500, 500, 200];

/** What the account keeps of a span. */
interface Told {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly label: string;
  readonly line: string;
  readonly startUnixNano: bigint;
  readonly endUnixNano: bigint;
  readonly hasFailed: boolean;
  readonly service: string;
  readonly view: AgentView | undefined;
  /** Absent where there are too many. */
  readonly span: ExportSpan | undefined;
}

const numbers = new Numbers('en');
/** Numbers keep their units by blanks that plain text should not have. */
const plainly = (text: string): string => text.replaceAll('\u00a0', ' ');

/**
 * A readable account of a run: sums, the tree of spans with durations, what failed and why, then messages, calls and results
 * step by step; for issues, chats and models. Its length is bounded, and it says what was left out. All text of spans stands in
 * code, which it cannot leave. Attributes that no convention reads, resources, scopes and links are not told.
 */
export const markdown: Exporter = {
  id: 'markdown',
  label: 'Markdown',
  description: 'A readable account: tree, errors, messages; to paste into an issue or give to a model',
  extension: '.md',
  losses: [],
  isBinary: false,
  isForPeople: true,
  open: (options) => {
    const told: Told[] = [];
    let kept = 0;
    return {
      add: (span) => {
        const one = tell(span, kept < mostTold);
        if (one.span !== undefined) kept++;
        told.push(one);
      },
      finish: () => account(told, options),
    };
  },
};

function tell(span: ExportSpan, mayKeep: boolean): Told {
  const { name, kind, scope, content, logs, startUnixNano, endUnixNano } = span;
  const view = (mayKeep ? agentOf : stepOf)({ name, kind, scopeName: scope.name, attributes: content.attributes, events: content.events, logs });
  const hasFailed = span.status === 'error' || content.events.some(isException);
  const label = (view === undefined ? undefined : subjectOf(view)) ?? name;
  const isTelling = hasFailed || (view !== undefined && view.role !== 'chain') || logs.length > 0 || content.events.length > 0;
  const figures = [
    ...(view === undefined || view.role === 'other' ? [] : [roleWords[view.role]]),
    endUnixNano === 0n ? 'running' : numbers.duration(Number(endUnixNano - startUnixNano)),
    ...(view?.inputTokens === undefined && view?.outputTokens === undefined ? [] : [`${numbers.tokenFlow(view.inputTokens ?? NaN, view.outputTokens ?? NaN)} tokens`]),
    ...(view?.costUsd === undefined ? [] : [numbers.cost(view.costUsd)]),
    ...(hasFailed ? ['failed'] : []),
  ];
  return {
    traceId: span.traceId, spanId: span.spanId, parentSpanId: span.parentSpanId, label, startUnixNano, endUnixNano, hasFailed, service: span.service,
    line: plainly(figures.join(', ')),
    view: isTelling && mayKeep ? view : view === undefined ? undefined : figuresOf(view),
    span: isTelling && mayKeep ? span : undefined,
  };
}

/** A step without what was said, of which there may be much. */
function figuresOf({ role, model, inputTokens, outputTokens, costUsd, sources }: AgentView): AgentView {
  return {
    role, sources, ...(model === undefined ? {} : { model }), ...(inputTokens === undefined ? {} : { inputTokens }),
    ...(outputTokens === undefined ? {} : { outputTokens }), ...(costUsd === undefined ? {} : { costUsd }),
  };
}

/** The longest texts with which it has its length; when none has, steps are left out. */
function account(told: readonly Told[], options: ExportOptions): { readonly bytes: Uint8Array; readonly leftOut?: string } {
  const traces = [...Map.groupBy(told, ({ traceId }) => traceId).values()];
  const most = Math.max(1000, Math.floor(options.maxCharacters / Math.max(1, traces.length)));
  const written = traces.map((spans) => {
    let result = new Account(spans, options, textLengths[0] as number, Infinity).write();
    for (const length of textLengths) {
      if (result.text.length <= most) break;
      result = new Account(spans, options, length, length === textLengths.at(-1) ? most : Infinity).write();
    }
    return result;
  });
  const leftOut = written.map((each) => each.leftOut).filter((text) => text !== '');
  const note = options.note?.();
  const text = [...written.map((each) => each.text), ...(note === undefined ? [] : [`*${note}*\n`])].join('\n');
  return { bytes: new TextEncoder().encode(text), ...(leftOut.length === 0 ? {} : { leftOut: leftOut.join(' ') }) };
}

/** The account of one trace. */
class Account {
  readonly #told: readonly Told[];
  readonly #options: ExportOptions;
  readonly #writer: StepWriter;
  readonly #order: readonly TreeStep[];
  readonly #parents: Int32Array;
  readonly #first: bigint;
  /** Characters that are left. */
  #room: number;
  #steps = 0;
  #stepsLeftOut = 0;

  constructor(told: readonly Told[], options: ExportOptions, longestText: number, room: number) {
    this.#told = told;
    this.#options = options;
    this.#writer = new StepWriter(longestText);
    this.#parents = parentsOf(told);
    this.#order = [...treeOrder(this.#parents)];
    this.#first = told.reduce((least, { startUnixNano }) => (startUnixNano > 0n && (least === 0n || startUnixNano < least) ? startUnixNano : least), 0n);
    this.#room = room;
  }

  write(): { readonly text: string; readonly leftOut: string } {
    const parts = [this.#head(), this.#tree(), this.#failures(), this.#allSteps()].filter((part) => part !== '');
    const leftOut = this.#leftOut();
    return { text: [...parts, ...(leftOut === '' ? [] : [`*${leftOut}*\n`])].join('\n'), leftOut };
  }

  #head(): string {
    const told = this.#told, views = told.flatMap(({ view }) => view ?? []);
    const root = told[this.#order[0]?.place ?? 0];
    const last = told.reduce((most, { startUnixNano, endUnixNano }) => [most, startUnixNano, endUnixNano].reduce((a, b) => (b > a ? b : a)), 0n);
    const failed = told.filter(({ hasFailed }) => hasFailed).length, running = told.filter(({ endUnixNano }) => endUnixNano === 0n).length;
    const calls = views.filter(({ role }) => role === 'llm'), tools = views.filter(({ role }) => role === 'tool').length;
    const sum = (read: (view: AgentView) => number | undefined): number => calls.reduce((total, view) => total + (read(view) ?? 0), 0);
    const models = [...Map.groupBy(calls, ({ model }) => model ?? '')].filter(([model]) => model !== '').slice(0, 10);
    const services = [...new Set(told.map(({ service }) => service))].filter((service) => service !== '').slice(0, 10);
    const cost = sum(({ costUsd }) => costUsd), isPartlyPriced = calls.some(({ costUsd }) => costUsd === undefined);
    const lines = [
      `Trace: ${code(root?.traceId ?? '')}`,
      ...(this.#first === 0n ? [] : [`Started: ${isoOfNanos(this.#first)}`, `Duration: ${numbers.duration(Number(last - this.#first))}${running > 0 ? ' so far' : ''}`]),
      `Spans: ${numbers.count(told.length)}${failed > 0 ? `, ${numbers.count(failed)} failed` : ''}${running > 0 ? `, ${numbers.count(running)} running` : ''}`,
      ...(services.length === 0 ? [] : [`Services: ${services.map(code).join(', ')}`]),
      ...(calls.length === 0 ? [] : [`Model calls: ${numbers.count(calls.length)}, ${numbers.tokenFlow(sum(({ inputTokens }) => inputTokens), sum(({ outputTokens }) => outputTokens))} tokens${cost > 0 ? `, ${numbers.cost(cost, isPartlyPriced)}` : ''} (sum of the model calls)`]),
      ...(models.length === 0 ? [] : [`Models: ${models.map(([model, of]) => `${code(model)} × ${of.length}`).join(', ')}`]),
      ...(tools === 0 ? [] : [`Tool calls: ${numbers.count(tools)}`]),
    ];
    return this.#spend(`# Run ${code(root?.label ?? this.#options.title)}\n\n${plainly(lines.map((line) => `- ${line}`).join('\n'))}\n`);
  }

  #tree(): string {
    const rows = this.#room < Infinity ? Math.min(mostRows, Math.floor(this.#room / 4 / 80)) : mostRows;
    const lines = this.#order.slice(0, rows).map(({ place, depth }) => {
      const { label, line } = this.#told[place] as Told;
      return `${'  '.repeat(Math.min(depth, deepestIndent))}${cut(visibleName(label) || '(no name)')}  ${line}`;
    });
    const more = this.#order.length - lines.length;
    if (more > 0) lines.push(`… ${numbers.count(more)} more spans`);
    return this.#spend(`## Tree\n\n${fenced(lines.join('\n'))}`);
  }

  #failures(): string {
    const failed = this.#order.filter(({ place }) => this.#told[place]?.hasFailed === true);
    if (failed.length === 0) return '';
    const parts = failed.slice(0, mostFailures).flatMap(({ place }, i) => {
      const { label, line, span, startUnixNano } = this.#told[place] as Told;
      const why = span === undefined ? '' : this.#writer.failure(span);
      return this.#ifRoom(`### ${i + 1}. ${code(label)}\n\n${this.#when(startUnixNano)}, ${line}. In ${this.#path(place)}.\n${why === '' ? '' : `\n${why}`}`);
    });
    const more = failed.length - parts.length;
    return [`## Failed\n`, ...parts, ...(more > 0 ? [`… ${numbers.count(more)} more failed spans.\n`] : [])].join('\n');
  }

  #allSteps(): string {
    const parts = this.#order.flatMap(({ place }) => {
      const { label, line, view, span, startUnixNano } = this.#told[place] as Told;
      if (span === undefined) return [];
      const said = [view === undefined ? '' : this.#writer.step(view), this.#writer.records(span)].filter((part) => part !== '').join('\n');
      if (said === '') return [];
      this.#steps++;
      const part = this.#ifRoom(`### ${code(label)}\n\n${this.#when(startUnixNano)}, ${line}\n\n${said}`);
      if (part.length === 0) this.#stepsLeftOut++;
      return part;
    });
    const unkept = this.#told.filter(({ span, view }) => span === undefined && (view?.role === 'llm' || view?.role === 'tool')).length;
    this.#steps += unkept;
    this.#stepsLeftOut += unkept;
    return parts.length === 0 ? '' : ['## Steps\n', ...parts].join('\n');
  }

  #when(startUnixNano: bigint): string {
    return startUnixNano === 0n ? 'At an unknown time' : `At ${plainly(numbers.position(Number(startUnixNano - this.#first)))}`;
  }

  #path(place: number): string {
    const names: string[] = [];
    for (let at = this.#parents[place] as number; at >= 0 && names.length < deepestIndent; at = this.#parents[at] as number) names.unshift(code(this.#told[at]?.label ?? ''));
    return names.length === 0 ? 'no other span' : names.join(' › ');
  }

  #leftOut(): string {
    const parts = [
      ...(this.#stepsLeftOut > 0 ? [`${numbers.count(this.#stepsLeftOut)} of ${numbers.count(this.#steps)} steps`] : []),
      ...(this.#writer.leftOut > 0 ? [`${numbers.count(this.#writer.leftOut)} characters of long texts`] : []),
    ];
    return parts.length === 0 ? '' : `Left out for length: ${parts.join(', ')}.`;
  }

  #ifRoom(text: string): readonly string[] {
    return text.length > this.#room ? [] : [this.#spend(text)];
  }

  #spend(text: string): string {
    this.#room -= text.length;
    return text;
  }
}

const cut = (text: string): string => (text.length > longestLine ? `${text.slice(0, longestLine)}…` : text);
