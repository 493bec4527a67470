import * as vscode from 'vscode';
import { readBreakpoints } from '../../debug/savedBreakpoints.ts';
import type { SpanBreakpoint } from '../../protocol/live.ts';
import { editorAsker } from '../breakpoints/asker.ts';
import { askChanges, askNewBreakpoint } from '../breakpoints/breakpointForm.ts';
import type { BreakpointDraft } from '../breakpoints/breakpointList.ts';
import { BreakpointNode } from '../breakpoints/breakpointsView.ts';
import type { Services } from '../services.ts';
import type { Command } from './command.ts';

/** What is done in the Span Breakpoints view. */
export const spanBreakpoints: readonly Command[] = [
  {
    id: 'spanscope.addSpanBreakpoint',
    /** Asks, unless another extension hands over what it is to stop at, in the words of the live protocol. It is given back with its id. */
    async run({ breakpoints }, given) {
      const draft = draftIn(given) ?? await askNewBreakpoint(editorAsker);
      return draft === undefined ? undefined : breakpoints.add(draft);
    },
  },
  {
    id: 'spanscope.editSpanBreakpoint',
    async run(services, target) {
      const [id] = idsOf(services, target, undefined), breakpoint = id === undefined ? undefined : services.breakpoints.find(id);
      if (breakpoint === undefined) return;
      const draft = await askChanges(editorAsker, draftOf(breakpoint), services.display);
      if (draft !== undefined) services.breakpoints.change(breakpoint.id, draft);
    },
  },
  {
    id: 'spanscope.deleteSpanBreakpoint',
    run: (services, target, selected) => done(services.breakpoints.delete(idsOf(services, target, selected))),
  },
  {
    id: 'spanscope.toggleSpanBreakpoint',
    run(services, target, selected) {
      const ids = idsOf(services, target, selected), isAnyOff = ids.some((id) => services.breakpoints.find(id)?.enabled === false);
      return done(services.breakpoints.setEnabled(ids, isAnyOff));
    },
  },
  { id: 'spanscope.enableAllSpanBreakpoints', run: ({ breakpoints }) => done(breakpoints.setEnabled(breakpoints.items.map(({ id }) => id), true)) },
  { id: 'spanscope.disableAllSpanBreakpoints', run: ({ breakpoints }) => done(breakpoints.setEnabled(breakpoints.items.map(({ id }) => id), false)) },
  {
    id: 'spanscope.deleteAllSpanBreakpoints',
    async run({ breakpoints, display }) {
      const count = breakpoints.items.length;
      const question = `Delete ${display.count(count, 'span breakpoint')}?`;
      if (count > 1 && await vscode.window.showWarningMessage(question, { modal: true }, 'Delete') !== 'Delete') return;
      breakpoints.delete(breakpoints.items.map(({ id }) => id));
    },
  },
];

function draftOf({ id: _, enabled: __, ...draft }: SpanBreakpoint): BreakpointDraft { return draft; }

function draftIn(given: unknown): BreakpointDraft | undefined {
  const [read] = readBreakpoints([{ ...(typeof given === 'object' ? given : {}), id: 'given' }]);
  return read === undefined ? undefined : draftOf(read);
}

/** The breakpoints that a command was called on: rows or ids, else those that are selected. */
function idsOf({ breakpointsView }: Services, target: unknown, selected: unknown): readonly string[] {
  const nodes = Array.isArray(selected) && selected.length > 1 ? selected : [target];
  const ids = nodes.flatMap((node) => (node instanceof BreakpointNode ? [node.id] : typeof node === 'string' ? [node] : []));
  return ids.length > 0 ? ids : breakpointsView.selectedIds;
}

const done = (_: void): Promise<void> => Promise.resolve();
