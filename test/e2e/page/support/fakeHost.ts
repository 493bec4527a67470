import type { FromPanel, PanelState, ReceiverStatus, ToPanel } from '../../../../src/protocol/panel.ts';
import { labelOf } from '../../../../src/analysis/folds.ts';
import type { AttributeValue } from '../../../../src/model/attributes.ts';
import { markBit } from '../../../../src/model/span.ts';
import { unpackRows } from '../../../../src/protocol/rows.ts';
import { parseQuery } from '../../../../src/query/parse.ts';
import type { QuerySpan } from '../../../../src/query/query.ts';
import { at, detailsOf, rowsMessage, summaryOf, traceId } from './scenario.ts';
import type { Scenario, ScenarioSpan } from './scenario.ts';
import { scenarios } from './scenarios.ts';

/** The host's side of a panel, in the page itself: answers as the extension does, from a scenario. */
class FakeHost {
  readonly posted: FromPanel[] = [];
  state: unknown = JSON.parse(sessionStorage.getItem('state') ?? 'null');
  scenario: Scenario;
  epoch = 1;
  #revision = 0;

  constructor(name: string) {
    this.scenario = (scenarios.get(name) ?? (() => { throw new Error(`No scenario ${name}`); }))();
  }

  say(message: ToPanel): void {
    window.dispatchEvent(new MessageEvent('message', { data: message }));
  }

  /** Sends the rows and sums of the scenario, as it is now. */
  show(): void {
    if (this.scenario.spans.length === 0) return;
    this.#revision++;
    this.say({ type: 'paused.set', traceId, paused: (this.scenario.paused ?? []).map(([from, to]) => (to === undefined ? [at(from)] : [at(from), at(to)])) });
    this.say({ type: 'trace.rows', rows: rowsMessage(this.scenario, this.epoch, this.#revision) });
    this.stand(this.scenario.standsAt ?? []);
    this.say({ type: 'trace.summary', summary: summaryOf(this.scenario), revision: this.#revision, nowUnixNano: at(this.scenario.now) });
  }

  /** The program stands at these spans in the debugger; at none: it goes on. */
  stand(ids: readonly string[]): void {
    const rows = ids.map((id) => this.scenario.spans.findIndex((span) => span.id === id));
    this.say({ type: 'standing.set', traceId, standing: rows.length === 0 ? undefined : { epoch: this.epoch, rows } });
  }

  /** Goes on: `more` spans are added at the end, single ones may change, time passes. */
  grow(more: readonly ScenarioSpan[], change: (span: ScenarioSpan) => ScenarioSpan = (span) => span, now = this.scenario.now): void {
    const from = this.scenario.spans.length;
    const old = this.scenario.spans.map(change);
    const changed = old.flatMap((span, row) => (span === this.scenario.spans[row] ? [] : [row]));
    this.scenario = { ...this.scenario, spans: [...old, ...more], now };
    if (changed.length > 0) this.say({ type: 'trace.rows', rows: rowsMessage({ ...this.scenario, spans: old }, this.epoch, ++this.#revision, 0, changed) });
    if (more.length > 0) this.say({ type: 'trace.rows', rows: rowsMessage(this.scenario, this.epoch, ++this.#revision, from) });
    this.say({ type: 'trace.summary', summary: summaryOf(this.scenario), revision: this.#revision, nowUnixNano: at(now) });
  }

  /** Goes on with so many more spans that are told to nobody. */
  leaveOut(leftOut: number): void {
    const { spans } = this.scenario;
    this.say({ type: 'trace.rows', rows: rowsMessage(this.scenario, this.epoch, ++this.#revision, spans.length) });
    this.say({ type: 'trace.summary', summary: { ...summaryOf(this.scenario), leftOut }, revision: this.#revision, nowUnixNano: at(this.scenario.now) });
  }

  /** Goes on with more or other spans, numbered anew. */
  become(scenario: Partial<Scenario>): void {
    this.scenario = { ...this.scenario, ...scenario };
    this.epoch++;
    this.show();
  }

  setStatus(status: ReceiverStatus): void {
    this.say({ type: 'receiver.status', status });
  }

  receive(message: FromPanel): void {
    this.posted.push(message);
    setTimeout(() => this.#answer(message), 0);
  }

  #answer(message: FromPanel): void {
    if (message.type === 'panel.ready') {
      const hasTrace = this.scenario.spans.length > 0;
      this.say({ type: 'panel.show', traceId: hasTrace ? traceId : undefined, status: this.scenario.status });
      this.show();
    } else if (message.type === 'details.get') {
      const details = detailsOf(this.scenario, this.epoch, message.ref.row);
      this.say(details === undefined ? { type: 'request.failed', request: 'details.get', message: 'The span is gone.' } : { type: 'span.details', details });
    } else if (message.type === 'search.run') {
      this.#search(message.id, message.query);
    }
  }

  #search(id: number, query: string): void {
    const parsed = parseQuery(query);
    const rows = this.scenario.spans.flatMap((span, row) => (parsed.query?.matchesSpan(querySpan(span)) === true ? [row] : []));
    const problem = parsed.problem?.message;
    this.say({ type: 'search.result', id, epoch: this.epoch, rows: new Uint32Array(rows).buffer, ...(problem === undefined ? {} : { problem }) });
  }

  /** Rows by label, for tests. */
  labels(): string[] {
    const message = rowsMessage(this.scenario, 1, 1), rows = unpackRows(message);
    return Array.from({ length: rows.count }, (_, row) => message.texts[labelOf(rows, row)] ?? '');
  }
}

function querySpan(span: ScenarioSpan): QuerySpan {
  return {
    traceId, spanId: span.id, name: span.name, subject: span.subject ?? '', service: 'rounding-agent', role: span.role, kind: 'internal',
    status: span.error === undefined ? 'unset' : 'error', statusMessage: span.error ?? '', durationNs: ((span.end ?? 38.4) - span.start) * 1e9,
    marks: (span.marks ?? []).reduce((bits, mark) => bits | markBit(mark), 0),
    attribute: (key) => span.attributes?.[key] as AttributeValue | undefined,
    step: () => undefined,
    hasId: (spanId) => span.id === spanId,
    someText: ({ test }) => Object.values(span.attributes ?? {}).some((value) => test(String(value))),
  };
}

declare global {
  interface Window { fake: FakeHost; hacked?: unknown; acquireVsCodeApi: () => unknown; violations: string[] }
}

window.violations = [];
document.addEventListener('securitypolicyviolation', (event) => window.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
window.fake = new FakeHost(new URLSearchParams(location.search).get('scenario') ?? 'design');
window.acquireVsCodeApi = () => ({
  postMessage: (message: FromPanel) => window.fake.receive(structuredClone(message)),
  getState: () => window.fake.state,
  setState: (state: PanelState) => {
    window.fake.state = structuredClone(state);
    sessionStorage.setItem('state', JSON.stringify(state));
  },
});
