import { frameIn } from './stackFrames.ts';

/** A frame of a thread that stands. Lines count from 1. */
export interface FramePlace { readonly id: number; readonly name: string; readonly path: string; readonly line: number }

/** A span and the line that made it, as far as that is known. */
export interface SpanPlace { readonly spanId: string; readonly path?: string; readonly line?: number; readonly functionName?: string }

/** The frames in an answer to `stackTrace`, the top one first. */
export function framePlacesIn(answer: unknown): readonly FramePlace[] {
  const frames: unknown = typeof answer === 'object' && answer !== null && 'stackFrames' in answer ? answer.stackFrames : undefined;
  return (Array.isArray(frames) ? frames as unknown[] : []).flatMap((each) => {
    const frame = frameIn(each), line = (each as { line?: unknown } | null)?.line;
    return frame === undefined ? [] : [{ id: frame.id, name: frame.name, path: frame.path, line: typeof line === 'number' ? line : 0 }];
  });
}

/** The frame that made a span. It is in the span itself unless it stands in the very call that made it. */
export interface Maker { readonly frame: number; readonly isCalling: boolean }

/**
 * For each of the spans in which a thread stands, the innermost first, the frame that made it. A span is made in the same
 * frame as the one within it or further down the stack; undefined where its frame is not there any more, as after a wait.
 */
export function makersOf(frames: readonly FramePlace[], spans: readonly SpanPlace[]): readonly (Maker | undefined)[] {
  let from = 0;
  return spans.map(({ path, line, functionName }) => {
    const rest = frames.slice(from);
    if (path === undefined) return undefined;
    const inFile = (frame: FramePlace): boolean => normal(frame.path) === normal(path);
    const exact = rest.findIndex((frame) => inFile(frame) && frame.line === line);
    const found = exact >= 0 ? exact : rest.findIndex((frame) => inFile(frame) && isSameFunction(frame.name, functionName));
    if (found < 0) return undefined;
    from += found;
    return { frame: from, isCalling: exact >= 0 };
  });
}

/** Which of the spans a frame is in: the innermost around it. -1 when it is in none. */
export function spanOfFrame(frames: readonly FramePlace[], spans: readonly SpanPlace[], frame: number): number {
  // What is not on the stack has made the span before everything that is.
  return makersOf(frames, spans).findIndex((maker) => maker === undefined || maker.frame > frame || (maker.frame === frame && !maker.isCalling));
}

/** The frame in which a span goes on: the top one for the innermost span, else the one that made the span within it. */
export function frameOfSpan(frames: readonly FramePlace[], spans: readonly SpanPlace[], span: number): number {
  const makers = makersOf(frames, spans);
  return span === 0 ? 0 : makers[span - 1]?.frame ?? makers[span]?.frame ?? 0;
}

/** Paths of Windows are the same in any case. */
const normal = (path: string): string => {
  const slashed = path.replaceAll('\\', '/').replace(/^\/(?=[a-z]:)/i, '');
  return /^[a-z]:/i.test(slashed) ? slashed.toLowerCase() : slashed;
};

/** Debuggers and hooks name the same function differently: `Agent.run`, `run`, `async run`. */
const isSameFunction = (frame: string, span: string | undefined): boolean => span !== undefined && lastName(span) !== '' && lastName(frame) === lastName(span);
const lastName = (name: string): string => /([^\s.]+)$/.exec(name.trim())?.[1] ?? '';
