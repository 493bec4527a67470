import * as vscode from 'vscode';
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
      await index.setFilter(input.value.trim()).catch((error: unknown) => { input.validationMessage = messageOf(error); });
    });
    input.onDidChangeValue(() => live.request());
    const { promise, resolve } = Promise.withResolvers<boolean>();
    input.onDidAccept(() => { if (input.validationMessage === undefined) resolve(true); });
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
