import * as vscode from 'vscode';
import { editorAsker } from '../breakpoints/asker.ts';
import { askChanges, askNewBreakpoint } from '../breakpoints/breakpointForm.ts';
import { BreakpointNode } from '../breakpoints/breakpointsView.ts';
import type { Services } from '../services.ts';
import type { Command } from './command.ts';

/** What is done in the Span Breakpoints view. */
export const spanBreakpoints: readonly Command[] = [
  {
    id: 'spanscope.addSpanBreakpoint',
    async run({ breakpoints }) {
      const draft = await askNewBreakpoint(editorAsker);
      if (draft !== undefined) breakpoints.add(draft);
    },
  },
  {
    id: 'spanscope.editSpanBreakpoint',
    async run(services, target) {
      const [id] = idsOf(services, target, undefined), breakpoint = id === undefined ? undefined : services.breakpoints.find(id);
      if (breakpoint === undefined) return;
      const { id: _, enabled: __, ...before } = breakpoint;
      const draft = await askChanges(editorAsker, before, services.display);
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

/** The breakpoints that a command was called on: rows, else those that are selected. */
function idsOf({ breakpointsView }: Services, target: unknown, selected: unknown): readonly string[] {
  const nodes = Array.isArray(selected) && selected.length > 1 ? selected : [target];
  const ids = nodes.flatMap((node) => (node instanceof BreakpointNode ? [node.id] : []));
  return ids.length > 0 ? ids : breakpointsView.selectedIds;
}

const done = (_: void): Promise<void> => Promise.resolve();
