import * as vscode from 'vscode';
import type { Prepared } from '../../debug/tracer.ts';
import type { Log } from '../log.ts';
import { asNotice } from '../safeText.ts';
import { elsewhereText } from './environmentWords.ts';

const toldKey = 'debug.toldElsewhere';
const useOursLabel = 'Use Spanscope for This Run';

/** Says once for each address that a program's spans go where the user has said, and offers to take them here instead. */
export class ElsewhereNotice {
  readonly #memory: vscode.Memento;
  readonly #log: Log;
  #offer: { readonly runId: string; readonly useOurs: () => Promise<void> } | undefined;

  constructor(memory: vscode.Memento, log: Log) {
    this.#memory = memory;
    this.#log = log;
  }

  /** What starts a run again with our address, while it is the last one. */
  offerFor(runId: string): (() => Promise<void>) | undefined {
    return this.#offer?.runId === runId ? this.#offer.useOurs : undefined;
  }

  tell(prepared: Prepared, useOurs: () => Promise<void>): void {
    this.#offer = { runId: prepared.run.id, useOurs };
    this.#ask(prepared, useOurs).catch((error: unknown) => this.#log.warn('A program could not be started again', error));
  }

  async #ask(prepared: Prepared, useOurs: () => Promise<void>): Promise<void> {
    const { elsewhere } = prepared.environment, text = elsewhereText(prepared);
    if (elsewhere === undefined || text === undefined) return;
    const fact = `${elsewhere.name}=${elsewhere.value}`;
    if (this.#memory.get(toldKey) === fact) return;
    await this.#memory.update(toldKey, fact);
    if (await vscode.window.showInformationMessage(asNotice(text), useOursLabel) === useOursLabel) await useOurs();
  }
}
