import type { RunLog } from '../../../debug/runLog.ts';
import type { CollectorHost } from '../../collector/collectorHost.ts';
import type { Display } from '../../display.ts';
import { Disposables } from '../../disposables.ts';
import type { Log } from '../../log.ts';
import type { TracePanels } from '../../panel/tracePanels.ts';
import type { SourceService } from '../sourceService.ts';
import { CodeDecorations } from './codeDecorations.ts';
import { CodeHovers } from './codeHovers.ts';
import { CodeInsight } from './codeInsight.ts';
import { CodeLenses } from './codeLenses.ts';
import { CodeProblems } from './codeProblems.ts';
import { SpanCommands } from './spanCommands.ts';

export interface CodeServices {
  readonly collector: CollectorHost;
  readonly source: SourceService;
  readonly runs: RunLog;
  readonly panels: TracePanels;
  readonly display: Display;
  readonly log: Log;
}

/** All that shows in code what spans did there. */
export class ShownInCode {
  readonly insight: CodeInsight;
  readonly commands: SpanCommands;
  readonly #disposables = new Disposables();

  constructor({ collector, source, runs, panels, display, log }: CodeServices) {
    const keep = <T extends { dispose(): unknown }>(item: T): T => this.#disposables.add(item);
    this.insight = keep(new CodeInsight(collector, source, runs, log));
    this.commands = keep(new SpanCommands(collector, panels, display, () => this.insight.pauses));
    keep(new CodeLenses(this.insight, display));
    keep(new CodeHovers(this.insight, collector, this.commands, display));
    keep(new CodeDecorations(this.insight, display));
    keep(new CodeProblems({ collector, source, documents: this.insight.documents, commands: this.commands, log }));
    this.insight.request();
  }

  dispose(): void {
    this.#disposables.dispose();
  }
}
