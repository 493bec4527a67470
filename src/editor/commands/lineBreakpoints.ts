import * as vscode from 'vscode';
import type { SpanRecord } from '../../model/records.ts';
import { visibleName } from '../../model/visibleText.ts';
import type { Services } from '../services.ts';
import type { Command } from './command.ts';
import { spanOf } from './targets.ts';

/** Sets a breakpoint of the editor at the line that made a span. */
const addBreakpoint: Command = {
  id: 'spanscope.addLineBreakpoint',
  async run(services, target) {
    const { record, location } = await lineOf(services, target);
    await reveal(services, record);
    if (breakpointAt(location, undefined) === undefined) vscode.debug.addBreakpoints([new vscode.SourceBreakpoint(location)]);
  },
};

/** Lets the debugger write a line each time the program comes by. */
const addLogpoint: Command = {
  id: 'spanscope.addLogpoint',
  async run(services, target) {
    const { record, location } = await lineOf(services, target);
    const message = await vscode.window.showInputBox({
      title: 'Add Logpoint at Source Line', prompt: 'What the debugger writes; expressions stand in braces', value: logText(record.name),
      validateInput: (text) => (text.trim() === '' ? 'Write a message.' : undefined),
    });
    if (message === undefined) return;
    await reveal(services, record);
    if (breakpointAt(location, message) === undefined) vscode.debug.addBreakpoints([new vscode.SourceBreakpoint(location, true, undefined, undefined, message)]);
  },
};

export const lineBreakpoints: readonly Command[] = [addBreakpoint, addLogpoint];

/** A name without braces: debuggers would run what stands in them. */
function logText(name: string): string {
  return visibleName(name).replaceAll(/[{}]/g, '').slice(0, 100);
}

async function lineOf(services: Services, target: unknown): Promise<{ readonly record: SpanRecord; readonly location: vscode.Location }> {
  if (!vscode.workspace.isTrusted) throw new Error('Restricted mode: breakpoints can be set once this workspace is trusted.');
  const span = await spanOf(services, target);
  if (span === undefined) throw new Error('No span is selected. Select one in the Spans view or in a chart.');
  const record = await services.collector.call('spanById', span.traceId, span.spanId);
  if (record === undefined) throw new Error('This span is no longer stored.');
  const [best] = await services.source.locationsOf(record);
  if (best === undefined) throw new Error('No source line for this span. Use “Go to Source” to find out why.');
  return { record, location: best.location };
}

/** Opens the line, so that the breakpoint is seen where it is. */
function reveal(services: Services, record: SpanRecord): Promise<void> {
  return services.source.reveal(record, { beside: false, from: services.panels.activeColumn, index: 0 });
}

function breakpointAt({ uri, range }: vscode.Location, logMessage: string | undefined): vscode.Breakpoint | undefined {
  return vscode.debug.breakpoints.find((each) => each instanceof vscode.SourceBreakpoint && each.location.uri.toString() === uri.toString()
    && each.location.range.start.line === range.start.line && each.logMessage === logMessage);
}
