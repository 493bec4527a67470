/** A frame of a stopped thread, as far as it is asked about. */
export interface StackFrame {
  readonly id: number;
  readonly name: string;
  /** Absolute path with `/`; empty when it has no file. */
  readonly path: string;
  /** The user has told the debugger to pass over its file. */
  readonly isSkipped: boolean;
}

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

/** The frames in the answer to a `stackTrace` request, the top one first. What is no frame is left out. */
export function framesIn(body: unknown): readonly StackFrame[] {
  const frames = isFields(body) ? body['stackFrames'] : undefined;
  return Array.isArray(frames) ? frames.flatMap((frame) => frameIn(frame) ?? []) : [];
}

/** Undefined when it is no frame. */
export function frameIn(frame: unknown): StackFrame | undefined {
  if (!isFields(frame) || typeof frame['id'] !== 'number') return undefined;
  const source = isFields(frame['source']) ? frame['source'] : {};
  return {
    id: frame['id'],
    name: typeof frame['name'] === 'string' ? frame['name'] : '',
    path: typeof source['path'] === 'string' ? pathIn(source['path']) : '',
    isSkipped: source['presentationHint'] === 'deemphasize',
  };
}

/** What extensions are told is an address where adapters tell a path. */
function pathIn(text: string): string {
  const address = /^[a-z][\w+.-]+:\/\/[^/]*(\/.*)$/is.exec(text)?.[1];
  if (address === undefined) return text.replaceAll('\\', '/');
  try {
    return decodeURIComponent(address);
  } catch {
    return address;
  }
}

/** Whether a frame is of a file of the hooks that we load into programs. */
export const isHookFrame = ({ path }: StackFrame): boolean => /\/hook\/(?:node\/hook\.cjs|python\/.*\.py)$/.test(path);

/** Whether a frame is of the agent kit, also where it was copied to. */
export const isKitFrame = ({ path }: StackFrame): boolean => /\/spanscope\.(?:mjs|py)$/.test(path);

/** Whether a frame is of code that the user writes: not of ours, of a package, or of the language itself. */
export function isUserFrame(frame: StackFrame): boolean {
  const { path, isSkipped } = frame;
  return /^(?:\/|[a-z]:\/)/i.test(path) && !isSkipped && !isHookFrame(frame) && !isKitFrame(frame) && !/\/(?:node_modules|site-packages|dist-packages)\/|\/lib\/python\d[^/]*\//.test(path);
}
