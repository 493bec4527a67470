import { debug, EventEmitter } from 'vscode';
import { setsEnvironment } from '../../debug/debugSettings.ts';
import { isLeftAlone, kitOf } from '../../debug/debugTypes.ts';
import type { RunLog } from '../../debug/runLog.ts';
import type { Run } from '../../debug/runs.ts';
import type { Tracer } from '../../debug/tracer.ts';
import { visibleName } from '../../model/visibleText.ts';
import type { ProgramReport } from '../../protocol/live.ts';
import type { CollectorHost } from '../collector/collectorHost.ts';
import { Disposables } from '../disposables.ts';
import { elsewhereText } from '../status/environmentWords.ts';

/** What a program sent last may still be on its way when the program has ended. */
const patienceMs = 3000;
const mostReports = 100;

const lines = {
  python: '“from spanscope import traced” and “@traced” above a function',
  node: '“import { traced } from \'./spanscope.mjs\'” and “traced(yourFunction)”',
};

/** One line that helps when a program ended and nothing of it was seen, or one begins that cannot be; none once something is. */
export class RunHints {
  readonly #changed = new EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  readonly #tracer: Tracer;
  readonly #disposables = new Disposables();
  readonly #seen = new Set<string>();
  /** By the id of the run. */
  readonly #reports = new Map<string, ProgramReport>();
  #silent: Run | undefined;
  /** Name of the session whose program is left alone. */
  #leftAlone: string | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(runs: RunLog, tracer: Tracer, collector: CollectorHost) {
    this.#tracer = tracer;
    this.#disposables.add(this.#changed);
    this.#disposables.add(collector.onDidChangeTraces(({ summaries }) => {
      for (const { session } of summaries) if (session !== undefined) this.#saw(session.id);
    }));
    this.#disposables.add(collector.onDidSeeProgram((report) => this.#heard(report)));
    this.#disposables.add(debug.onDidStartDebugSession(({ name, configuration }) => { if (setsEnvironment() && isLeftAlone(configuration)) this.#show(undefined, name); }));
    this.#disposables.add(runs.onDidEnd((run) => this.#ended(run)));
    this.#disposables.add(runs.onDidChange(() => { if (runs.live.length > 0) this.#show(undefined); }));
    this.#disposables.add({ dispose: () => clearTimeout(this.#timer) });
  }

  /** The line, without markup. */
  get text(): string | undefined {
    if (this.#leftAlone !== undefined) return leftAloneText(this.#leftAlone);
    const run = this.#silent, prepared = run === undefined ? undefined : this.#tracer.find(run.id);
    return run === undefined ? undefined : silentText(run, prepared === undefined ? undefined : elsewhereText(prepared), this.#reports.get(run.id));
  }

  dispose(): void { this.#disposables.dispose(); }

  #saw(id: string): void {
    this.#seen.add(id);
    if (this.#silent?.id === id) this.#show(undefined);
  }

  /** Each process of a run reports for itself. */
  #heard(report: ProgramReport): void {
    const before = this.#reports.get(report.session);
    this.#reports.delete(report.session);
    this.#reports.set(report.session, before === undefined ? report : {
      ...report,
      libraries: [...report.libraries, ...before.libraries.filter(({ name }) => !report.libraries.some((library) => library.name === name))],
      exporters: [...new Set([...report.exporters, ...before.exporters])],
    });
    for (const oldest of this.#reports.keys()) {
      if (this.#reports.size <= mostReports) break;
      this.#reports.delete(oldest);
    }
    if (this.#silent?.id === report.session) this.#changed.fire();
  }

  #ended(run: Run): void {
    if (this.#seen.has(run.id)) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => { if (!this.#seen.has(run.id)) this.#show(run); }, patienceMs);
  }

  #show(run: Run | undefined, leftAlone?: string): void {
    if (this.#silent === run && this.#leftAlone === leftAlone) return;
    this.#silent = run;
    this.#leftAlone = leftAlone;
    this.#changed.fire();
  }
}

const leftAloneText = (name: string): string =>
  `${visibleName(name)} is started in a container or on another machine, so nothing was set for it. “Spanscope: Programs in Containers and on Other Machines” says how its spans come here.`;

/** What to do about a run without spans; with the report, for what its program has loaded. */
export function silentText({ name, type }: Run, elsewhere: string | undefined, report?: ProgramReport): string {
  if (elsewhere !== undefined) return `No spans of ${visibleName(name)} came here. ${elsewhere}`;
  const kit = kitOf(type), ended = `${visibleName(name)} ended without a span.`;
  const loaded = report === undefined ? undefined : loadedText(report);
  if (kit === undefined) return `${ended} It is seen once it exports OTLP, as the SDKs of OpenTelemetry do: its variables lead here.`;
  return loaded !== undefined ? `${ended} ${loaded}` : `${ended} If it uses no OpenTelemetry, add the Agent Kit, then ${lines[kit]}.`;
}

/** Those whose runs are seen as soon as they have any. */
const frameworks = new Map([
  ['openai-agents', 'the OpenAI Agents SDK'], ['langchain-core', 'LangChain'], ['claude-agent-sdk', 'the Claude Agent SDK'],
  ['@openai/agents-core', 'the OpenAI Agents SDK'], ['@langchain/core', 'LangChain'], ['@anthropic-ai/claude-agent-sdk', 'the Claude Agent SDK'],
]);
const sdks = new Set(['opentelemetry-sdk', '@opentelemetry/sdk-trace-base', '@opentelemetry/sdk-trace']), apis = new Set(['opentelemetry-api', '@opentelemetry/api']);

function loadedText({ libraries, exporters }: ProgramReport): string | undefined {
  const framework = libraries.find(({ name }) => frameworks.has(name));
  if (framework !== undefined) return `It loaded ${frameworks.get(framework.name) ?? ''}${versionText(framework)}, and no run of it began.`;
  const sdk = libraries.find(({ name }) => sdks.has(name)), api = libraries.find(({ name }) => apis.has(name));
  if (sdk === undefined && api === undefined) return undefined;
  const what = sdk === undefined ? `OpenTelemetry’s API${versionText(api)}, and no SDK` : `OpenTelemetry’s SDK${versionText(sdk)}`;
  const own = exporters.length === 0 ? '' : ` with ${exporters.slice(0, 3).map(visibleName).join(', ')}`;
  return `It loaded ${what}${own}, and made no span: start one around its work, or turn on the instrumentation of its libraries.`;
}

const versionText = (library: { readonly version?: string } | undefined): string => (library?.version === undefined ? '' : ` ${visibleName(library.version)}`);
