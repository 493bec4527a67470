import { EventEmitter } from 'vscode';
import { kitOf } from '../../debug/debugTypes.ts';
import type { RunLog } from '../../debug/runLog.ts';
import type { Run } from '../../debug/runs.ts';
import type { Tracer } from '../../debug/tracer.ts';
import { visibleName } from '../../model/visibleText.ts';
import type { CollectorHost } from '../collector/collectorHost.ts';
import { Disposables } from '../disposables.ts';
import { elsewhereText } from '../status/environmentWords.ts';

/** What a program sent last may still be on its way when the program has ended. */
const patienceMs = 3000;

const lines = {
  python: '“from spanscope import traced” and “@traced” above a function',
  node: '“import { traced } from \'./spanscope.mjs\'” and “traced(yourFunction)”',
};

/** One line that helps when a program ended and nothing of it was seen; none once something is. */
export class RunHints {
  readonly #changed = new EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  readonly #tracer: Tracer;
  readonly #disposables = new Disposables();
  readonly #seen = new Set<string>();
  #silent: Run | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(runs: RunLog, tracer: Tracer, collector: CollectorHost) {
    this.#tracer = tracer;
    this.#disposables.add(this.#changed);
    this.#disposables.add(collector.onDidChangeTraces(({ summaries }) => {
      for (const { session } of summaries) if (session !== undefined) this.#saw(session.id);
    }));
    this.#disposables.add(runs.onDidEnd((run) => this.#ended(run)));
    this.#disposables.add(runs.onDidChange(() => { if (runs.live.length > 0) this.#show(undefined); }));
    this.#disposables.add({ dispose: () => clearTimeout(this.#timer) });
  }

  /** The line, without markup. */
  get text(): string | undefined {
    const run = this.#silent, prepared = run === undefined ? undefined : this.#tracer.find(run.id);
    return run === undefined ? undefined : silentText(run, prepared === undefined ? undefined : elsewhereText(prepared));
  }

  dispose(): void { this.#disposables.dispose(); }

  #saw(id: string): void {
    this.#seen.add(id);
    if (this.#silent?.id === id) this.#show(undefined);
  }

  #ended(run: Run): void {
    if (this.#seen.has(run.id) || kitOf(run.type) === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => { if (!this.#seen.has(run.id)) this.#show(run); }, patienceMs);
  }

  #show(run: Run | undefined): void {
    if (this.#silent === run) return;
    this.#silent = run;
    this.#changed.fire();
  }
}

/** What to do about a run without spans. */
export function silentText({ name, type }: Run, elsewhere: string | undefined): string {
  if (elsewhere !== undefined) return `No spans of ${visibleName(name)} came here. ${elsewhere}`;
  const kit = kitOf(type);
  return `${visibleName(name)} ended without a span.${kit === undefined ? '' : ` If it uses no OpenTelemetry, add the Agent Kit, then ${lines[kit]}.`}`;
}
