/** A test that somebody points at. */
export interface WantedTest {
  /** Its name and those of the suites around it, outermost first; more may stand before them, such as the name of the file. */
  readonly names: readonly string[];
  /** Path of the file that it stands in. */
  readonly file: string;
}

const deepest = 50;
/** How far above the cursor the beginning of a test is looked for, in lines. */
const farthest = 2000;
const longestLine = 1000;
const pythonTest = /^(\s*)(?:async\s+)?(def|class)\s+(\w+)/;
const scriptTest = /^\s*(?:(?:it|test|specify)(?:\.\w+)*)\s*\(\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|`((?:[^`\\]|\\.)*)`)/;

/** The test of a row of the Testing view, or of a message of one; other extensions make these, so nothing is known of them. */
export function testOfRow(target: unknown): WantedTest | undefined {
  const item = memberOf(target, 'test') ?? target;
  const file = memberOf(memberOf(item, 'uri'), 'fsPath');
  const names: string[] = [];
  for (let at: unknown = item; names.length < deepest; at = memberOf(at, 'parent')) {
    const label = memberOf(at, 'label');
    if (typeof label !== 'string') break;
    names.unshift(label);
  }
  return typeof file !== 'string' || names.length === 0 ? undefined : { names: withParameters(names), file };
}

/** The test that a line (from 0) of a file is in, or the nearest one above. */
export function testAtLine(lineAt: (line: number) => string, line: number, languageId: string, file: string): WantedTest | undefined {
  const names = languageId === 'python' ? pythonNames(lineAt, line) : scriptNames(lineAt, line);
  return names.length === 0 ? undefined : { names, file };
}

/** Parametrised tests of pytest stand as `[1]` below their function. */
function withParameters(names: readonly string[]): readonly string[] {
  const last = names.at(-1), above = names.at(-2);
  return last?.startsWith('[') === true && above !== undefined ? [...names.slice(0, -2), above + last] : names;
}

/** The function whose name says that it is a test, and the class around it. */
function pythonNames(lineAt: (line: number) => string, from: number): readonly string[] {
  let indent = Number.POSITIVE_INFINITY;
  const names: string[] = [];
  for (let line = from; line >= Math.max(0, from - farthest); line--) {
    const [, space = '', keyword, name = ''] = pythonTest.exec(lineAt(line).slice(0, longestLine)) ?? [];
    if (keyword === undefined || space.length >= indent) continue;
    if (names.length === 0 && (keyword !== 'def' || !name.startsWith('test'))) continue;
    if (names.length > 0 && keyword !== 'class') break;
    names.unshift(name);
    indent = space.length;
    if (indent === 0) break;
  }
  return names;
}

function scriptNames(lineAt: (line: number) => string, from: number): readonly string[] {
  for (let line = from; line >= Math.max(0, from - farthest); line--) {
    const found = scriptTest.exec(lineAt(line).slice(0, longestLine));
    const title = found?.[1] ?? found?.[2] ?? found?.[3];
    if (title !== undefined) return [title.replaceAll(/\\(['"`\\])/g, '$1')];
  }
  return [];
}

function memberOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}
