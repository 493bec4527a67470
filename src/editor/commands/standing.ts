import * as vscode from 'vscode';
import type { Services } from '../services.ts';
import type { FrameRef } from '../standing/standingFrames.ts';
import type { Command } from './command.ts';
import { spanOf } from './targets.ts';

/** From a frame of a program that stands to the span that it is in. */
export const showSpanOfFrame: Command = {
  id: 'spanscope.showSpanOfFrame',
  async run(services, ...args) {
    const frame = args.map(frameIn).find((each) => each !== undefined) ?? frameInFocus(services);
    if (frame === undefined) throw new Error('No program stands in a span now. Stop one at a breakpoint within a span.');
    const { spanAtFrame } = await import('../standing/standingFrames.ts');
    const span = await spanAtFrame(services, frame);
    if (span === undefined) throw new Error('This frame is in no span that is known. Spans are known of Node and Python programs that were started with tracing, and where one is active.');
    await services.panels.show(span.traceId, { spanId: span.spanId, preserveFocus: true });
    services.selection.select(span, showSpanOfFrame);
  },
};

/** From a span in which a program stands to the frame that it goes on in. */
export const showFrameOfSpan: Command = {
  id: 'spanscope.showFrameOfSpan',
  async run(services, target) {
    const span = await spanOf(services, target);
    if (span === undefined) throw new Error('No span is selected. Select one in the Spans view or in a chart.');
    const { showFrameOf } = await import('../standing/standingFrames.ts');
    if (!await showFrameOf(services, span.traceId, span.spanId)) throw new Error('No program stands in this span now. Choose one that is marked with "stands here" or "stands below".');
  },
};

/** What the call stack says of the frame under its context menu. */
function frameIn(argument: unknown): FrameRef | undefined {
  if (typeof argument !== 'object' || argument === null) return undefined;
  const { sessionId, threadId, frameId } = argument as Record<string, unknown>, thread = numberIn(threadId), frame = numberIn(frameId);
  if (typeof sessionId !== 'string' || thread === undefined) return undefined;
  return { sessionId, threadId: thread, ...(frame === undefined ? {} : { frameId: frame }) };
}

/** The frame with the focus; where the debugger has none, the top one of the thread that stopped last. */
function frameInFocus({ standing }: Services): FrameRef | undefined {
  const item = vscode.debug.activeStackItem, latest = standing.current.at(-1);
  if (item !== undefined) return { sessionId: item.session.id, threadId: item.threadId, ...('frameId' in item ? { frameId: item.frameId } : {}) };
  return latest && { sessionId: latest.session.id, threadId: latest.threadId };
}

/** Some parts of the editor write ids as text, with the session before them. */
function numberIn(value: unknown): number | undefined {
  const number = typeof value === 'string' ? Number(/(\d+)$/.exec(value)?.[1]) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : undefined;
}
