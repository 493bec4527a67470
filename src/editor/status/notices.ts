import * as vscode from 'vscode';
import type { PortProblem } from '../../protocol/collector.ts';
import type { CollectorHost } from '../collector/collectorHost.ts';
import { portProblemText } from '../collector/portProblems.ts';
import type { Receiver } from '../collector/receiver.ts';
import { Disposables } from '../disposables.ts';
import type { Log } from '../log.ts';
import { asNotice } from '../safeText.ts';

const silenceKey = 'silence.portInUse';

/** The only two things that are worth a notification: a port that is held by others, and a disk that takes nothing. */
export class Notices {
  readonly #memory: vscode.Memento;
  readonly #log: Log;
  readonly #disposables = new Disposables();
  #hasToldPorts = false;
  #hasToldStorage = false;

  constructor(receiver: Receiver, collector: CollectorHost, memory: vscode.Memento, log: Log) {
    this.#memory = memory;
    this.#log = log;
    this.#disposables.add(receiver.onDidMeetPortsInUse((problems) => this.#tryTell(this.#tellPorts(problems))));
    this.#disposables.add(collector.onDidChangeStats(({ storageProblem }) => {
      if (storageProblem !== undefined && !this.#hasToldStorage) this.#tryTell(this.#tellStorage(storageProblem));
    }));
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  #tryTell(telling: Promise<void>): void {
    telling.catch((error: unknown) => this.#log.warn('A notification failed', error));
  }

  async #tellPorts(problems: readonly PortProblem[]): Promise<void> {
    const text = portProblemText(problems);
    if (text === undefined || this.#hasToldPorts || this.#memory.get(silenceKey) === true) return;
    this.#hasToldPorts = true;
    const use = problems.flatMap(({ port }) => port ?? []).map((port) => `Use Port ${port}`).slice(0, 1);
    const chosen = await vscode.window.showWarningMessage(asNotice(text), ...use, 'Try Again', 'Show Log', 'Do Not Show Again');
    if (chosen === undefined) return;
    if (chosen === 'Do Not Show Again') await this.#memory.update(silenceKey, true);
    else if (chosen === 'Show Log') this.#log.show();
    else {
      // Whoever acts on the notice wants to hear whether it helped.
      this.#hasToldPorts = false;
      await vscode.commands.executeCommand(chosen === 'Try Again' ? 'spanscope.startReceiver' : 'spanscope.useOtherPort');
    }
  }

  async #tellStorage(problem: string): Promise<void> {
    this.#hasToldStorage = true;
    const chosen = await vscode.window.showWarningMessage(asNotice(problem), 'Delete All Traces', 'Show Log');
    if (chosen === 'Show Log') this.#log.show();
    else if (chosen !== undefined) await vscode.commands.executeCommand('spanscope.clear');
  }
}
