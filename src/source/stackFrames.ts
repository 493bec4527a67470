/** A line of a stack trace that names a place in code. */
export interface StackFrame {
  /** Which line of the text it stands on, from 0. */
  readonly textLine: number;
  /** As written; for Java the file name with its package's folders in front. */
  readonly path: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column?: number;
  readonly functionName?: string;
}

const longestText = 1024 * 1024;
const longestLine = 4096;
const mostFrames = 1000;

/** One way of writing a frame on one line, the line after it being of help to Go alone. */
type FrameReader = (line: string, previousLine: string) => Omit<StackFrame, 'textLine'> | undefined;

/**
 * The frames of a stack trace of Python, JavaScript, Java (Kotlin, Scala), Go or C#, in the order of the text. Every line is
 * looked at once and searched for fixed texts only, so hostile texts cost no more than others. Texts over 1 MiB, lines
 * over 4,096 characters and frames beyond the first 1,000 are left out.
 */
export function parseStack(text: string): StackFrame[] {
  const frames: StackFrame[] = [];
  let previous = '';
  text.slice(0, longestText).split('\n').some((full, textLine) => {
    const line = full.length > longestLine ? '' : full.trim();
    for (const read of readers) {
      const frame = read(line, previous);
      if (frame === undefined) continue;
      frames.push({ textLine, ...frame });
      break;
    }
    previous = line;
    return frames.length === mostFrames;
  });
  return frames;
}

/** From the frame in which it happened outward: Python alone writes that one last. */
export function innermostFirst(text: string, frames: readonly StackFrame[]): readonly StackFrame[] {
  return text.includes('Traceback (most recent call last)') || (frames.length > 0 && /^\s*File "/.test(text)) ? frames.toReversed() : frames;
}

/** `File "path", line 12, in name` */
const python: FrameReader = (line) => {
  if (!line.startsWith('File "')) return undefined;
  const end = line.indexOf('", line ');
  if (end < 0) return undefined;
  const [number = '', name] = line.slice(end + 8).split(', in ', 2);
  return frameOf(line.slice(6, end), number, { functionName: name });
};

/** `at name(args) in path:line 12`; the word before the number is translated. */
const dotNet: FrameReader = (line) => {
  const start = line.startsWith('at ') ? line.indexOf(') in ') : -1;
  const end = line.lastIndexOf(':');
  const number = line.lastIndexOf(' ');
  if (start < 0 || end < start || number < end) return undefined;
  return frameOf(line.slice(start + 5, end), line.slice(number + 1), { functionName: line.slice(3, line.indexOf('(')) });
};

/** `at package.Class.method(File.java:12)` */
const java: FrameReader = (line) => {
  if (!line.startsWith('at ') || !line.endsWith(')')) return undefined;
  const open = line.lastIndexOf('(');
  const colon = line.lastIndexOf(':');
  const file = line.slice(open + 1, colon);
  if (open < 0 || colon < open || !/^[\w$-]{1,200}\.(?:java|kt|scala|groovy)$/.test(file)) return undefined;
  // A class loader and a module may stand in front: `app//module/package.Class.method`.
  const name = line.slice(line.lastIndexOf('/', open) + 1, open).replace(/^at /, '');
  const packageFolders = name.split('.').slice(0, -2);
  return frameOf([...packageFolders, file].join('/'), line.slice(colon + 1, -1), { functionName: name });
};

/** `at name (path:12:3)`, `at path:12:3`, and `name@path:12:3` of Firefox and Safari */
const javaScript: FrameReader = (line) => {
  const at = line.indexOf('@');
  if (line.startsWith('at ')) {
    const open = line.endsWith(')') ? line.indexOf(' (') : -1;
    return open < 0
      ? placeOf(withoutAsync(line.slice(3)), undefined)
      : placeOf(line.slice(open + 2, -1), withoutAsync(line.slice(3, open)));
  }
  return at < 0 || line.includes(' ') ? undefined : placeOf(line.slice(at + 1), line.slice(0, at));
};

const withoutAsync = (text: string): string => (text.startsWith('async ') ? text.slice(6) : text);

/** `path:12 +0x1d` on the line after `package.name(args)` */
const go: FrameReader = (line, previousLine) => {
  const place = line.split(' +0x', 1)[0] ?? '';
  const colon = place.lastIndexOf(':');
  if (!place.slice(0, colon).endsWith('.go')) return undefined;
  const open = previousLine.lastIndexOf('(');
  return frameOf(place.slice(0, colon), place.slice(colon + 1), { functionName: open < 0 ? undefined : previousLine.slice(0, open).split(' ').at(-1) });
};

const readers: readonly FrameReader[] = [python, dotNet, java, javaScript, go];

/** `path:12:3` or `path:12` */
function placeOf(text: string, functionName: string | undefined): ReturnType<FrameReader> {
  const last = text.lastIndexOf(':');
  const before = text.lastIndexOf(':', last - 1);
  if (last < 0) return undefined;
  const middle = text.slice(before + 1, last);
  return before >= 0 && isNumber(middle)
    ? frameOf(text.slice(0, before), middle, { column: text.slice(last + 1), functionName })
    : frameOf(text.slice(0, last), text.slice(last + 1), { functionName });
}

const isNumber = (text: string): boolean => /^[0-9]{1,9}$/.test(text);

function frameOf(path: string, line: string, { column, functionName }: { column?: string; functionName?: string | undefined }): ReturnType<FrameReader> {
  if (path === '' || !isNumber(line) || Number(line) === 0) return undefined;
  return {
    path,
    line: Number(line),
    ...(column !== undefined && isNumber(column) && Number(column) > 0 ? { column: Number(column) } : {}),
    ...(functionName === undefined || functionName === '' ? {} : { functionName }),
  };
}
