import * as vscode from 'vscode';
import { hintsOf } from '../../query/hints.ts';
import { parseQuery } from '../../query/parse.ts';
import { Throttle } from '../throttle.ts';
import { messageOf } from '../log.ts';
import type { Command } from './command.ts';

const liveMs = 150;

/** Filters the Traces view while it is typed. Escape brings the former filter back. */
export const filterTraces: Command = {
  id: 'spanscope.filterTraces',
  async run({ index, log }, target) {
    if (typeof target === 'string') return index.setFilter(target);
    const before = index.filter;
    const input = vscode.window.createInputBox();
    input.title = 'Filter Traces';
    input.placeholder = 'Text, or service: name: status: duration:>2s has:error tokens:>1k key=value';
    input.value = before;
    const live = new Throttle(liveMs, async () => {
      const { problem } = parseQuery(input.value);
      input.validationMessage = problem?.message;
      if (problem !== undefined) return;
      const text = input.value.trim();
      await index.setFilter(text).catch((error: unknown) => { input.validationMessage = messageOf(error); });
      const [hint] = hintsOf(text);
      if (hint !== undefined && index.filter === text && index.listing.matching === 0) input.validationMessage = { message: hint.message, severity: vscode.InputBoxValidationSeverity.Info };
    });
    input.onDidChangeValue(() => live.request());
    const { promise, resolve } = Promise.withResolvers<boolean>();
    input.onDidAccept(() => { if (typeof input.validationMessage !== 'string') resolve(true); });
    input.onDidHide(() => resolve(false));
    input.show();
    const isAccepted = await promise;
    const wanted = isAccepted ? input.value.trim() : before;
    live.dispose();
    input.dispose();
    await index.setFilter(wanted).catch((error: unknown) => log.warn('The filter could not be set', error));
    return undefined;
  },
};

export const clearFilter: Command = {
  id: 'spanscope.clearFilter',
  run: ({ index }) => index.setFilter(''),
};
