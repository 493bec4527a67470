import * as vscode from 'vscode';
import { frameOfSpan, framePlacesIn, spanOfFrame } from '../../debug/framesAndSpans.ts';
import type { FramePlace, SpanPlace } from '../../debug/framesAndSpans.ts';
import type { Standing, StandingSpan } from '../../debug/standing.ts';
import type { SpanRecord } from '../../model/records.ts';
import type { SourceService } from '../code/sourceService.ts';
import type { Collector } from '../collector/collectorHost.ts';

/** More frames and spans than anybody looks through. */
const mostFrames = 200, mostSpans = 64;
/** The focus has not moved when nobody has told of it for so long. */
const focusMs = 5000;

/** A frame of a thread; undefined for the top one. */
export interface FrameRef { readonly sessionId: string; readonly threadId: number; readonly frameId?: number }

interface Place { readonly frames: readonly FramePlace[]; readonly spans: readonly SpanPlace[] }

/** What is asked about threads and spans. */
export interface FrameServices {
  readonly collector: Collector;
  readonly source: Pick<SourceService, 'locationsOf'>;
  readonly standing: Pick<Standing, 'current' | 'framesOf'>;
}

/** The innermost span that a frame is in. */
export async function spanAtFrame(services: FrameServices, { sessionId, threadId, frameId }: FrameRef): Promise<{ readonly traceId: string; readonly spanId: string } | undefined> {
  const thread = services.standing.current.find((each) => each.session.id === sessionId && each.threadId === threadId);
  if (thread === undefined) return undefined;
  const { frames, spans } = await placeOf(services, thread), at = Math.max(0, frames.findIndex(({ id }) => id === frameId));
  const found = spans[spanOfFrame(frames, spans, at)];
  return found === undefined ? undefined : { traceId: thread.traceId, spanId: found.spanId };
}

/** Shows the frame in which a span goes on; false when no program stands in the span. */
export async function showFrameOf(services: FrameServices, traceId: string, spanId: string): Promise<boolean> {
  for (const thread of services.standing.current.filter((each) => each.traceId === traceId).reverse()) {
    const { frames, spans } = await placeOf(services, thread), at = spans.findIndex((each) => each.spanId === spanId);
    const frame = at < 0 ? undefined : frames[frameOfSpan(frames, spans, at)];
    if (frame === undefined) continue;
    if (!await focusFrame(thread, frames, frame)) await openFrame(frame);
    return true;
  }
  return false;
}

/** Where a thread stands: its frames, and the spans that it is in with the lines that made them, the innermost first. */
async function placeOf({ collector, source, standing }: FrameServices, thread: StandingSpan): Promise<Place> {
  const { traceId, spanId } = thread;
  const [answer, path] = await Promise.all([standing.framesOf(thread, mostFrames), collector.call('pathTo', traceId, spanId)]);
  const records = await Promise.all(path.slice(-mostSpans).reverse().map((id) => collector.call('spanById', traceId, id)));
  const spans = await Promise.all(records.map(async (record, i): Promise<SpanPlace> => {
    const [best] = record === undefined ? [] : await source.locationsOf(record), name = record && functionOf(record);
    return {
      spanId: path.at(-1 - i) ?? '',
      ...(best === undefined ? {} : { path: best.location.uri.fsPath, line: best.location.range.start.line + 1 }),
      ...(name === undefined ? {} : { functionName: name }),
    };
  }));
  return { frames: framePlacesIn(answer), spans };
}

function functionOf({ attributes }: SpanRecord): string | undefined {
  return ['spanscope.source.function', 'code.function.name', 'code.function'].map((key) => attributes[key]).find((value) => typeof value === 'string');
}

/** Goes along the call stack to a frame, the only way that the editor offers; false when that leads nowhere, or is no way to show it. */
async function focusFrame({ session, threadId }: StandingSpan, frames: readonly FramePlace[], frame: FramePlace): Promise<boolean> {
  const wanted = frames.indexOf(frame);
  /** Undefined when another thread has the focus, or a frame of which nothing is known. */
  const focused = (): number | undefined => {
    const item = vscode.debug.activeStackItem;
    if (item === undefined || !('frameId' in item) || item.session.id !== session.id || item.threadId !== threadId) return undefined;
    const at = frames.findIndex(({ id }) => id === item.frameId);
    return at < 0 ? undefined : at;
  };
  // A frame that has the focus already may have its editor out of sight.
  if (focused() === wanted) return false;
  for (let step = 0, at = focused(); step < mostFrames && at !== undefined; step++, at = focused()) {
    if (at === wanted) return true;
    if (!await moveFocus(at < wanted ? 'workbench.action.debug.callStackDown' : 'workbench.action.debug.callStackUp')) return false;
  }
  return false;
}

/** Moves the focus in the call stack; false when it stays where it is. Extensions are told of that a moment later. */
async function moveFocus(command: string): Promise<boolean> {
  const moved = Promise.withResolvers<boolean>();
  const listener = vscode.debug.onDidChangeActiveStackItem(() => moved.resolve(true)), timer = setTimeout(() => moved.resolve(false), focusMs);
  try {
    await vscode.commands.executeCommand(command);
    return await moved.promise;
  } finally {
    clearTimeout(timer);
    listener.dispose();
  }
}

async function openFrame({ path, line }: FramePlace): Promise<void> {
  if (path === '') throw new Error('The frame of this span has no file that could be opened.');
  const position = new vscode.Position(Math.max(0, line - 1), 0);
  await vscode.window.showTextDocument(vscode.Uri.file(path), { selection: new vscode.Range(position, position), preview: true });
}
