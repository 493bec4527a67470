import * as vscode from 'vscode';
import { CollectorClient } from '../collector/client.ts';
import { DebugSessions } from '../debug/debugSessions.ts';
import { endedPauses } from '../debug/pauses.ts';
import { RunLog } from '../debug/runLog.ts';
import { RunPauses } from '../debug/runPauses.ts';
import { rootOf, watchDebugSessions } from '../debug/sessionStart.ts';
import { Standing } from '../debug/standing.ts';
import { StepToUser } from '../debug/stepToUser.ts';
import { Stops } from '../debug/stops.ts';
import { TerminalEnvironment } from '../debug/terminalEnvironment.ts';
import { TokenFile } from '../debug/tokenFile.ts';
import { Tracer } from '../debug/tracer.ts';
import type { ImportReport } from '../model/records.ts';
import type { BreakpointHit } from '../protocol/live.ts';
import type { SessionPauses } from '../protocol/pauses.ts';
import { BreakpointList } from './breakpoints/breakpointList.ts';
import { BreakpointsView } from './breakpoints/breakpointsView.ts';
import type { SpanHits } from './breakpoints/spanHits.ts';
import { CodeSurface } from './code/codeSurface.ts';
import { SourceService } from './code/sourceService.ts';
import { CollectorHost } from './collector/collectorHost.ts';
import { Receiver } from './collector/receiver.ts';
import { setContextKey } from './contextKeys.ts';
import { Display } from './display.ts';
import { Disposables } from './disposables.ts';
import { Log } from './log.ts';
import { TraceFileEditor } from './customEditor/traceFileEditor.ts';
import { runOnFile } from './files/fileActions.ts';
import { OpenFiles } from './files/openFiles.ts';
import { Reports } from './files/reports.ts';
import { runPanelAction } from './panel/actions.ts';
import { TracePanels } from './panel/tracePanels.ts';
import { ValueDocuments } from './panel/valueDocuments.ts';
import { Selection } from './selection.ts';
import { collectorOptions, portSettings, startsByItself } from './settings.ts';
import { StandingPaths } from './standing/standingPaths.ts';
import { ElsewhereNotice } from './status/elsewhereNotice.ts';
import { Notices } from './status/notices.ts';
import { StatusItem } from './status/statusItem.ts';
import { importTrace } from './traces/importTrace.ts';
import { RunHints } from './traces/runHints.ts';
import { SpansView } from './traces/spansView.ts';
import { groupings } from './traces/traceGroups.ts';
import type { Grouping } from './traces/traceGroups.ts';
import { TraceIndex } from './traces/traceIndex.ts';
import { TracesView } from './traces/tracesView.ts';

const usedKey = 'used';
const prepareMs = 200, mostPausedRuns = 20;
const groupingKey = 'traces.groupBy';

/** Everything that the extension consists of, built once and wired together here. */
export class Services {
  readonly context: vscode.ExtensionContext;
  readonly log: Log;
  readonly display = new Display(vscode.env.language);
  readonly collector: CollectorHost;
  readonly receiver: Receiver;
  readonly selection: Selection;
  readonly index: TraceIndex;
  readonly source: SourceService;
  readonly files: OpenFiles;
  readonly reports: Reports;
  readonly runs: RunLog;
  readonly tracer: Tracer;
  readonly stops: Stops;
  readonly standing: Standing;
  readonly standingPaths: StandingPaths;
  readonly breakpoints: BreakpointList;
  readonly breakpointsView: BreakpointsView;
  readonly elsewhere: ElsewhereNotice;
  readonly tracesView: TracesView;
  readonly spansView: SpansView;
  readonly panels: TracePanels;
  readonly code: CodeSurface;
  /** Ids of traces that came, changed or went. */
  readonly onDidChangeTraces: vscode.Event<{ readonly traceIds: readonly string[] }>;
  readonly #status: StatusItem;
  readonly #terminals: TerminalEnvironment;
  readonly #steps: StepToUser;
  #hits: Promise<SpanHits> | undefined;
  readonly #disposables = new Disposables();

  constructor(context: vscode.ExtensionContext) {
    this.context = context;
    const keep = <T extends { dispose(): unknown }>(item: T): T => this.#disposables.add(item);
    this.log = new Log(keep(vscode.window.createOutputChannel('Spanscope', { log: true })));
    const { log } = this;
    this.collector = new CollectorHost((listeners) => new CollectorClient(context.asAbsolutePath('dist/collector.cjs'), listeners), () => collectorOptions(context), log);
    this.receiver = keep(new Receiver(this.collector, { ports: portSettings, startsByItself }, log.for('receiver')));
    this.selection = keep(new Selection());
    this.index = keep(new TraceIndex(this.collector, log.for('traces')));
    this.source = keep(new SourceService(context, log.for('source')));
    this.files = keep(new OpenFiles(this.collector, log.for('files')));
    this.reports = keep(new Reports(this.files));
    this.runs = keep(new RunLog(context.workspaceState));
    const tokenFile = keep(new TokenFile(collectorOptions(context).storageDirectory));
    this.tracer = keep(new Tracer({
      endpoints: async () => { await this.receiver.startIfWanted(); return this.receiver.endpoints; },
      token: () => this.collector.call('controlToken'),
      tokenFile: (token) => tokenFile.hold(token),
    }, context.extensionPath));
    this.stops = keep(new Stops());
    const notePauses = (pauses: SessionPauses): void => {
      if (this.collector.isRunning) this.collector.call('notePauses', pauses).catch((error: unknown) => log.for('debug').warn('When programs stood could not be kept with their traces', error));
    };
    keep(new RunPauses(this.stops, this.runs, notePauses));
    // What the last window did not tell any more, or a worker that was lost.
    keep(this.collector.onDidStart(() => { for (const { id, pauses = [] } of this.runs.paused.slice(-mostPausedRuns)) notePauses({ session: id, processes: [{ pauses: endedPauses(pauses) }] }); }));
    this.standing = keep(new Standing(this.stops));
    this.standingPaths = keep(new StandingPaths(this.standing, this.collector));
    this.#steps = keep(new StepToUser(this.stops, (what, cause) => log.for('debug').warn(what, cause)));
    this.breakpoints = keep(new BreakpointList(this.collector, context.workspaceState, log.for('breakpoints')));
    this.breakpointsView = keep(new BreakpointsView(this.breakpoints, this.collector, this.display));
    this.#terminals = new TerminalEnvironment(context.environmentVariableCollection, this.tracer.hooks);
    this.elsewhere = new ElsewhereNotice(context.workspaceState, log);
    keep(new DebugSessions(this.tracer, this.runs, (prepared, useOurs) => this.elsewhere.tell(prepared, useOurs), (what, cause) => log.for('debug').warn(what, cause)));
    this.tracesView = keep(new TracesView({
      index: this.index, files: this.files, receiver: this.receiver, runs: this.runs, hints: keep(new RunHints(this.runs, this.tracer, this.collector)), grouping: this.#grouping(), display: this.display,
    }));
    this.spansView = keep(new SpansView(this.collector, this.index, this.files, this.selection, this.standingPaths, this.display, log.for('spans')));
    this.panels = keep(new TracePanels({
      extensionUri: context.extensionUri, collector: this.collector, receiver: this.receiver, selection: this.selection, index: this.index, source: this.source,
      documents: keep(new ValueDocuments(this.collector)), files: this.files, runs: this.runs, standing: this.standingPaths, display: this.display, log: log.for('panel'),
      runOnFile: (source, action) => runOnFile(this, source, action),
      showTrace: async (traceId, spanId) => { await this.panels.show(traceId, { spanId }); },
      run: (action) => runPanelAction(action, this.receiver.endpoints),
    }));
    this.code = keep(new CodeSurface(this.collector, () => ({ collector: this.collector, source: this.source, runs: this.runs, panels: this.panels, display: this.display, log: log.for('code') })));
    keep(TraceFileEditor.register(this.files, this.panels));
    keep(vscode.window.registerUriHandler({ handleUri: async (uri) => (await import('./links/openLink.ts')).openLink(this, uri) }));
    this.#status = keep(new StatusItem(this.collector, this.receiver, this.index, this.tracer, this.display));
    keep(new Notices(this.receiver, this.collector, context.globalState, log));
    const changedTraces = keep(new vscode.EventEmitter<{ readonly traceIds: readonly string[] }>());
    this.onDidChangeTraces = changedTraces.event;
    keep(this.collector.onDidChangeTraces(({ traceIds, removed }) => changedTraces.fire({ traceIds: [...traceIds, ...removed] })));
    this.tracesView.drop.onDrop = {
      openUris: async (uris) => (await import('./files/openMany.ts')).openFiles(this, uris),
      openBytes: async (name, bytes) => { await this.panels.show(await this.files.firstTrace(await this.files.openBytes(name, bytes))); },
    };
    this.#wire();
  }

  /** Begins what the workspace is known to want. Nothing here is waited for. */
  start(): void {
    const isUsed = this.context.workspaceState.get(usedKey) === true;
    // Terminals keep what they had over a reload until it is known where the receiver listens now.
    setImmediate(() => { if (!isUsed || !startsByItself()) this.#updateTerminals(); });
    if (!isUsed) return;
    this.#status.show();
    setImmediate(() => void this.receiver.startIfWanted());
  }

  importFile(uri: vscode.Uri): Promise<ImportReport> {
    return importTrace(this.collector, uri);
  }

  async exportTrace(traceId: string, format: string): Promise<Uint8Array> {
    return new Uint8Array(await this.collector.call('exportTrace', traceId, format));
  }

  async groupBy(grouping: Grouping): Promise<void> {
    this.tracesView.groupBy(grouping);
    setContextKey('spanscope.groupBy', grouping);
    await this.context.workspaceState.update(groupingKey, grouping);
  }

  /** Gives everything back; resolves when what was received is on the disk. */
  async close(): Promise<void> {
    this.#disposables.dispose();
    await this.collector.close();
  }

  #grouping(): Grouping {
    const saved = this.context.workspaceState.get(groupingKey);
    return groupings.find((grouping) => grouping === saved) ?? 'time';
  }

  /** Whoever looks at the list of traces is about to open one; the list itself comes first. */
  #prepareSoon(): void {
    const prepare = (): void => { this.panels.prepare().catch((error: unknown) => this.log.warn('The page of the panel could not be read', error)); };
    setTimeout(prepare, prepareMs);
  }

  #wire(): void {
    const keep = (item: vscode.Disposable): void => { this.#disposables.add(item); };
    const startIfVisible = ({ visible }: { visible: boolean }): void => { if (visible) void this.receiver.startIfWanted(); };
    keep(this.tracesView.onDidChangeVisibility(startIfVisible));
    keep(this.tracesView.onDidChangeVisibility(({ visible }) => { if (visible) this.#prepareSoon(); }));
    keep(this.spansView.onDidChangeVisibility(startIfVisible));
    keep(watchDebugSessions((session) => {
      void this.receiver.startIfWanted();
      if (rootOf(session).configuration.request === 'attach') import('../debug/attached.ts').then(({ letControl }) => letControl(session, () => this.collector.call('controlToken'))).catch((error: unknown) => this.log.for('debug').warn('A program that a debugger was attached to does not know of span breakpoints', error));
    }));
    keep(this.receiver.onDidChange(() => this.#receiverChanged()));
    keep(this.collector.onDidHitBreakpoint((hit) => { this.#took(hit).catch((error: unknown) => this.log.warn('A span breakpoint could not be shown', error)); }));
    let wasDebugging = false;
    keep(this.runs.onDidChange(() => {
      const isDebugging = this.runs.live.length > 0;
      if (isDebugging && !wasDebugging) this.breakpoints.forgetHits();
      wasDebugging = isDebugging;
    }));
    keep(this.receiver.onDidChange(() => { if (this.receiver.state !== 'starting') this.#updateTerminals(); }));
    keep(this.index.onDidChange(() => this.#tracesChanged()));
    keep(this.files.onDidChange(() => this.#tracesChanged()));
    keep(this.standingPaths.onDidChange(() => setContextKey('spanscope.stands', this.standingPaths.isAny)));
    const firstStand = this.standing.onDidChange(() => {
      firstStand.dispose();
      import('./standing/inlineValues.ts').then(({ SpanInlineValues }) => keep(new SpanInlineValues(this)), (error: unknown) => this.log.warn('Values of spans cannot be shown in lines', error));
    });
    keep(this.selection.onDidChange(({ selected }) => {
      setContextKey('spanscope.hasTrace', selected !== undefined);
      setContextKey('spanscope.hasSelection', selected?.spanId !== undefined);
    }));
    keep(vscode.workspace.onDidChangeConfiguration((event) => this.#settingsChanged(event)));
    keep(vscode.workspace.onDidGrantWorkspaceTrust(() => this.#updateTerminals()));
    setContextKey('spanscope.groupBy', this.#grouping());
    this.#receiverChanged();
  }

  #receiverChanged(): void {
    const { state, problems } = this.receiver;
    setContextKey('spanscope.receiver', state);
    setContextKey('spanscope.portProblem', problems.length > 0);
    if (state === 'listening' && this.context.workspaceState.get(usedKey) !== true) void this.context.workspaceState.update(usedKey, true);
  }

  /** What shows hits is loaded with the first one. */
  async #took(hit: BreakpointHit): Promise<void> {
    this.#hits ??= import('./breakpoints/spanHits.ts').then(({ SpanHits: Hits }) => this.#disposables.add(new Hits({
      list: this.breakpoints, view: this.breakpointsView, stops: this.stops, steps: this.#steps, selection: this.selection, panels: this.panels, display: this.display,
    })));
    await (await this.#hits).take(hit);
  }

  #updateTerminals(): void {
    this.#terminals.update(this.receiver.endpoints);
  }

  #tracesChanged(): void {
    this.files.setFilter(this.index.filter);
    setContextKey('spanscope.hasTraces', this.index.listing.total > 0 || this.files.files.length > 0);
    setContextKey('spanscope.hasTests', this.index.hasTests);
    setContextKey('spanscope.filtered', this.index.filter !== '');
  }

  #settingsChanged(event: vscode.ConfigurationChangeEvent): void {
    const portsChanged = ['spanscope.receiver.httpPort', 'spanscope.receiver.grpcPort'].some((name) => event.affectsConfiguration(name));
    const work = portsChanged && this.receiver.state === 'listening' ? this.receiver.start() : undefined;
    work?.catch(() => undefined);
    if (['spanscope.debug', 'terminal.integrated', 'tasks'].some((name) => event.affectsConfiguration(name))) this.#updateTerminals();
    if (event.affectsConfiguration('spanscope')) {
      this.collector.configure().catch((error: unknown) => this.log.error('The settings could not be applied', error));
    }
  }
}
