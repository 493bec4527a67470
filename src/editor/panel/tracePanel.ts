import * as vscode from 'vscode';
import { pausedSpans } from '../../model/recordedPauses.ts';
import type { RecordedPause } from '../../model/recordedPauses.ts';
import type { SpanRecord, TraceOverview } from '../../model/records.ts';
import { keyBeside, receivedSource, traceNameOf } from '../../model/traceKey.ts';
import type { ChartCommand, FileAction, FromPanel, PanelAction, RowRef, ToPanel } from '../../protocol/panel.ts';
import type { CollectorHost, RowsEvent } from '../collector/collectorHost.ts';
import type { Receiver } from '../collector/receiver.ts';
import type { RunLog } from '../../debug/runLog.ts';
import type { SourceService } from '../code/sourceService.ts';
import type { Display } from '../display.ts';
import { Disposables } from '../disposables.ts';
import { messageOf } from '../log.ts';
import type { Log } from '../log.ts';
import type { Selection } from '../selection.ts';
import type { StandingPaths } from '../standing/standingPaths.ts';
import { Throttle } from '../throttle.ts';
import type { TraceIndex } from '../traces/traceIndex.ts';
import { traceLabel } from '../traces/traceRow.ts';
import { fileStatus, opening } from '../files/fileWords.ts';
import type { OpenFiles } from '../files/openFiles.ts';
import { detailsOf } from './details.ts';
import { readPanelMessage } from './messages.ts';
import { pageHtml, pageOptions } from './page.ts';
import { saveImage } from './saveImage.ts';
import type { ValueDocuments } from './valueDocuments.ts';

/** What all panels share. */
export interface PanelServices {
  readonly extensionUri: vscode.Uri;
  readonly collector: CollectorHost;
  readonly receiver: Receiver;
  readonly selection: Selection;
  readonly index: TraceIndex;
  readonly source: SourceService;
  readonly documents: ValueDocuments;
  readonly files: OpenFiles;
  readonly runs: RunLog;
  readonly standing: StandingPaths;
  readonly display: Display;
  readonly log: Log;
  /** Opens the trace that a link points to. */
  showTrace(traceId: string, spanId: string): Promise<void>;
  run(action: PanelAction): Promise<void>;
  /** Does something with an open file; gives the trace to show then, where one was chosen. */
  runOnFile(source: string, action: FileAction): Promise<string | undefined>;
}

let lastSubscription = 0;
/** What rows say of pauses comes with few of them. */
const pausesMs = 2000;

/**
 * One trace in the editor area. The page is thrown away while it is hidden; whenever it is there again it says so, and
 * gets everything anew.
 */
export class TracePanel {
  readonly panel: vscode.WebviewPanel;
  /** The file in whose tab this stands; undefined in a tab of its own. */
  readonly source: string | undefined;
  readonly #services: PanelServices;
  readonly #disposables = new Disposables();
  #traceId: string | undefined;
  #spanId: string | undefined;
  #subscription: number | undefined;
  #hasRows = false;
  /** The run that the shown trace belongs to. */
  #runId: string | undefined;
  /** When the programs stood, as the trace itself says. */
  #recordedPauses: readonly RecordedPause[] = [];
  readonly #pausesRead: Throttle;
  #hasStands = false;
  #waitingCommand: ChartCommand | undefined;
  /** The span that is being read, so that selecting and opening it reads once. */
  #reading: { readonly ref: RowRef; readonly record: Promise<SpanRecord | undefined> } | undefined;
  #detailsWanted: RowRef | undefined;

  constructor(panel: vscode.WebviewPanel, services: PanelServices, traceId: string | undefined, spanId: string | undefined, source?: string) {
    this.panel = panel;
    this.source = source;
    this.#services = services;
    this.#traceId = traceId;
    this.#spanId = spanId;
    this.#pausesRead = this.#disposables.add(new Throttle(pausesMs, () => this.#readPauses()));
    const { collector, receiver, selection, extensionUri } = services;
    panel.webview.options = pageOptions(extensionUri);
    if (source === undefined) {
      panel.iconPath = {
        dark: vscode.Uri.joinPath(extensionUri, 'media', 'panel-dark.svg'),
        light: vscode.Uri.joinPath(extensionUri, 'media', 'panel-light.svg'),
      };
    }
    this.#disposables.add(panel.webview.onDidReceiveMessage((message) => this.#receive(message)));
    this.#disposables.add(panel.onDidChangeViewState(() => this.#viewStateChanged()));
    this.#disposables.add(panel.onDidDispose(() => this.dispose()));
    this.#disposables.add(collector.onDidChangeRows((event) => this.#relay(event)));
    this.#disposables.add(collector.onDidLoseTrace(({ subscription }) => this.#tellGone(subscription)));
    this.#disposables.add(collector.onDidReplace(() => { if (this.#subscription !== undefined) this.#try('panel.ready', this.#connect()); }));
    this.#disposables.add(collector.onDidChangeStats(() => { if (this.#traceId === undefined) this.#tellStatus(); }));
    this.#disposables.add(services.source.onDidChange(() => { if (this.#detailsWanted !== undefined) this.#try('details.get', this.#details(this.#detailsWanted)); }));
    this.#disposables.add(services.files.onDidChange(() => this.#fileChanged()));
    this.#disposables.add(services.runs.onDidPause((id) => { if (id === this.#runId) this.#tellPaused(); }));
    this.#disposables.add(services.standing.onDidChange(() => this.#try('standing', this.#tellStanding())));
    this.#disposables.add(receiver.onDidChange(() => this.#tellStatus()));
    this.#disposables.add(selection.onDidChange(({ selected, origin }) => {
      if (origin !== this && selected?.traceId === this.#traceId) this.#try('selection', this.#select(selected?.spanId));
    }));
    panel.webview.html = pageHtml(panel.webview, extensionUri);
  }

  /** Tells a new page what to show before it asks: rows are read while it loads. The editor keeps messages until it has. */
  greet(): void {
    this.#try('panel.ready', this.#connect());
  }

  get traceId(): string | undefined { return this.#traceId; }
  get onDidDispose(): vscode.Event<void> { return this.panel.onDidDispose; }

  /** Shows another trace, or the same with another span. */
  async show(traceId: string, spanId: string | undefined): Promise<void> {
    const isOther = traceId !== this.#traceId;
    this.#traceId = traceId;
    if (isOther) this.#spanId = spanId;
    if (isOther && this.panel.visible) await this.#connect();
    else if (spanId !== undefined) await this.#select(spanId);
    if (this.panel.active || isOther) this.shareSelection();
  }

  /** Asks the chart to do something, as soon as there is a chart. */
  command(command: ChartCommand): void {
    if (this.#hasRows) this.#post({ type: 'chart.command', command });
    else this.#waitingCommand = command;
  }

  dispose(): void {
    this.#disconnect();
    this.#disposables.dispose();
  }

  #viewStateChanged(): void {
    if (!this.panel.visible) this.#disconnect();
    if (this.panel.active) this.shareSelection();
  }

  /** Makes what this panel shows the one selection. */
  shareSelection(): void {
    if (this.#traceId === undefined) return;
    const spanId = this.#spanId === undefined ? {} : { spanId: this.#spanId };
    this.#services.selection.select({ traceId: this.#traceId, ...spanId }, this);
  }

  /** A page that comes back in the tab of a file knows which of its traces it showed. */
  async #begin(saved: string | undefined): Promise<void> {
    if (this.source !== undefined && this.#traceId === undefined && saved !== undefined && traceNameOf(saved).source === this.source) this.#traceId = saved;
    await this.#connect();
  }

  /** Begins anew: what is shown, and all rows of it. */
  async #connect(): Promise<void> {
    const { collector, receiver } = this.#services;
    this.#disconnect();
    const traceId = this.#traceId;
    this.#tellFile();
    if (traceId === undefined) {
      if (this.source === undefined) this.panel.title = 'Spanscope';
      this.#post({ type: 'panel.show', traceId, status: receiver.status });
      return;
    }
    const subscription = ++lastSubscription;
    this.#subscription = subscription;
    this.#post({ type: 'panel.show', traceId, status: receiver.status });
    const subscribed = collector.call('subscribe', subscription, traceId);
    const [summary, ref] = await Promise.all([
      collector.call('summaryOf', traceId),
      this.#spanId === undefined ? undefined : collector.call('rowOf', traceId, this.#spanId),
      subscribed,
    ]);
    if (this.#subscription !== subscription) return;
    if (summary === undefined) this.#tellGone(subscription);
    else this.#setTitle(summary);
    if (ref !== undefined) this.#post({ type: 'selection.set', ref });
  }

  #disconnect(): void {
    const subscription = this.#subscription;
    this.#subscription = undefined;
    this.#hasRows = this.#hasStands = false;
    this.#runId = undefined;
    this.#recordedPauses = [];
    if (subscription !== undefined) this.#try('unsubscribe', this.#services.collector.call('unsubscribe', subscription));
  }

  #relay({ subscription, rows, summary, nowUnixNano }: RowsEvent): void {
    if (subscription !== this.#subscription) return;
    // Before the rows, which then need not be drawn twice.
    if (summary.session?.id !== this.#runId) {
      this.#runId = summary.session?.id;
      this.#tellPaused();
    }
    this.#pausesRead.request();
    this.#post({ type: 'trace.rows', rows });
    if (!this.#hasRows) this.#try('standing', this.#tellStanding());
    this.#post({ type: 'trace.summary', summary, revision: rows.revision, nowUnixNano });
    this.#setTitle(summary);
    this.#hasRows = true;
    const command = this.#waitingCommand;
    this.#waitingCommand = undefined;
    if (command !== undefined) this.command(command);
  }

  #tellGone(subscription: number): void {
    if (subscription === this.#subscription && this.#traceId !== undefined) this.#post({ type: 'trace.gone', traceId: this.#traceId });
  }

  /** What is known of the run here says more of it while it goes on; a trace from elsewhere, or of long ago, speaks for itself. */
  #tellPaused(): void {
    const traceId = this.#traceId, pauses = this.#runId === undefined ? undefined : this.#services.runs.find(this.#runId)?.pauses;
    if (traceId !== undefined) this.#post({ type: 'paused.set', traceId, paused: pausedSpans([...this.#recordedPauses, ...(pauses ?? [])]) });
  }

  async #readPauses(): Promise<void> {
    const traceId = this.#traceId, subscription = this.#subscription;
    if (traceId === undefined || subscription === undefined) return;
    // A collector that is going away has no more to say.
    const pauses = await this.#services.collector.call('pausesOf', traceId).catch(() => undefined) ?? [];
    if (this.#subscription !== subscription || JSON.stringify(pauses) === JSON.stringify(this.#recordedPauses)) return;
    this.#recordedPauses = pauses;
    this.#tellPaused();
  }

  /** Where programs stand in this trace: rows of the spans, which the page has or gets. */
  async #tellStanding(): Promise<void> {
    const traceId = this.#traceId, { standing, collector } = this.#services;
    if (traceId === undefined || this.#subscription === undefined) return;
    const spanIds = standing.spansOf(traceId);
    if (spanIds.length === 0 && !this.#hasStands) return;
    this.#hasStands = spanIds.length > 0;
    const refs = (await Promise.all(spanIds.map((spanId) => collector.call('rowOf', traceId, spanId)))).flatMap((ref) => ref ?? []);
    const [first] = refs;
    if (this.#traceId !== traceId) return;
    this.#post({ type: 'standing.set', traceId, standing: first && { epoch: first.epoch, rows: refs.filter(({ epoch }) => epoch === first.epoch).map(({ row }) => row) } });
  }

  #tellStatus(): void {
    this.#post({ type: 'receiver.status', status: this.#services.receiver.status });
  }

  /** The trace of a file's tab is its first, until another one is chosen. */
  #fileChanged(): void {
    this.#tellFile();
    const [first] = this.source === undefined ? [] : this.#services.files.file(this.source)?.traces ?? [];
    if (this.#traceId === undefined && first !== undefined) this.#try('panel.ready', this.show(first.traceId, undefined));
  }

  #tellFile(): void {
    const { files, display } = this.#services, source = this.#fileSource;
    if (source === receivedSource) return;
    const file = files.file(source);
    const isAwaited = file === undefined && this.source !== undefined;
    this.#post({ type: 'file.status', file: isAwaited ? opening : file && fileStatus(file, this.#traceId, display) });
  }

  /** The file that the shown trace is from; `receivedSource` when it is from none. */
  get #fileSource(): string {
    return this.source ?? (this.#traceId === undefined ? receivedSource : traceNameOf(this.#traceId).source);
  }

  async #runOnFile(action: FileAction): Promise<void> {
    const traceId = await this.#services.runOnFile(this.#fileSource, action);
    if (traceId !== undefined) await this.show(traceId, undefined);
  }

  #setTitle(summary: TraceOverview): void {
    if (this.source !== undefined) return;
    const title = traceLabel(summary);
    if (this.panel.title !== title) this.panel.title = title;
  }

  #post(message: ToPanel): void {
    if (this.panel.visible) void this.panel.webview.postMessage(message);
  }

  #receive(raw: unknown): void {
    const message = readPanelMessage(raw);
    if (message === undefined) this.#services.log.warn('A panel sent a message that is not understood');
    else this.#try(message.type, this.#handle(message));
  }

  /** A request that fails is answered with why. */
  #try(request: string, work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      this.#services.log.warn(`A panel's request failed: ${request}`, error);
      this.#post({ type: 'request.failed', request, message: messageOf(error) });
    });
  }

  async #handle(message: FromPanel): Promise<void> {
    const { source, documents, log } = this.#services;
    switch (message.type) {
      case 'panel.ready': return this.#begin(message.traceId);
      case 'rows.ack': return this.#acknowledge(message.revision);
      case 'selection.changed': return this.#selected(message.ref);
      case 'details.get': return this.#details(message.ref);
      case 'source.open': return source.reveal(await this.#read(message.ref), this.#place(message.beside, message.index));
      case 'frame.open': return source.revealFrame(await this.#read(message.ref), message.event, message.line, this.#place(message.beside));
      case 'link.open': return this.#openLink(message.ref, message.link);
      case 'search.run': return this.#search(message);
      case 'value.copy': return vscode.env.clipboard.writeText(message.text);
      case 'value.open': return documents.show(this.#traceId ?? '', await this.#read(message.ref), message.what === 'attribute' ? message.key : undefined);
      case 'image.save': return saveImage(message.kind, message.data, this.panel.title);
      case 'file.run': return this.#runOnFile(message.action);
      case 'action.run': return this.#services.run(message.action);
      case 'failure.report': log.error('A page reported a failure', message.message); return undefined;
    }
  }

  #place(beside: boolean, index?: number): { readonly beside: boolean; readonly from: vscode.ViewColumn | undefined; readonly index?: number } {
    return { beside, from: this.panel.viewColumn, ...(index === undefined ? {} : { index }) };
  }

  async #acknowledge(revision: number): Promise<void> {
    if (this.#subscription !== undefined) await this.#services.collector.call('acknowledge', this.#subscription, revision);
  }

  /** Somebody else selected a span of this trace. */
  async #select(spanId: string | undefined): Promise<void> {
    this.#spanId = spanId;
    if (this.#traceId === undefined || !this.panel.visible) return;
    const ref = spanId === undefined ? undefined : await this.#services.collector.call('rowOf', this.#traceId, spanId);
    if (this.#spanId === spanId) this.#post({ type: 'selection.set', ref });
  }

  async #selected(ref: RowRef | null): Promise<void> {
    const record = ref === null ? undefined : await this.#read(ref);
    this.#spanId = record?.spanId;
    this.shareSelection();
  }

  async #details(ref: RowRef): Promise<void> {
    this.#detailsWanted = ref;
    const record = await this.#read(ref);
    this.#post({ type: 'span.details', details: detailsOf(ref, record) });
    const links = await this.#services.source.linksOf(record);
    // Whatever else was looked at meanwhile, the selected span keeps its lines.
    if (this.#detailsWanted === ref || this.#spanId === record.spanId) this.#post({ type: 'span.details', details: detailsOf(ref, record, links) });
  }

  async #read(ref: RowRef): Promise<SpanRecord> {
    const traceId = this.#traceId;
    if (traceId === undefined) throw new Error('No trace is shown.');
    if (this.#reading?.ref.epoch !== ref.epoch || this.#reading.ref.row !== ref.row) {
      const record = this.#services.collector.call('spanAt', traceId, ref);
      const reading = { ref, record };
      this.#reading = reading;
      const forget = (): void => { if (this.#reading === reading) this.#reading = undefined; };
      record.then(forget, forget);
    }
    const record = await this.#reading.record;
    if (record === undefined) throw new Error('This span is no longer shown.');
    return record;
  }

  async #openLink(ref: RowRef, index: number): Promise<void> {
    const link = (await this.#read(ref)).links[index];
    if (link === undefined) throw new Error('This span has no such link.');
    const { collector, showTrace } = this.#services;
    for (const key of new Set([keyBeside(this.#traceId ?? '', link.traceId), link.traceId])) {
      if (await collector.call('summaryOf', key) !== undefined) return showTrace(key, link.spanId);
    }
    throw new Error('The linked trace has not been received.');
  }

  async #search({ id, query, from }: Extract<FromPanel, { type: 'search.run' }>): Promise<void> {
    if (this.#traceId === undefined) return;
    try {
      this.#post({ type: 'search.result', id, ...await this.#services.collector.call('searchRows', this.#traceId, query, ...(from === undefined ? [] : [from])) });
    } catch (error) {
      this.#post({ type: 'search.result', id, epoch: 0, rows: new ArrayBuffer(0), problem: messageOf(error) });
    }
  }
}
