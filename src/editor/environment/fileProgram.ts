import * as path from 'node:path';
import * as process from 'node:process';
import type { Reach } from '../../debug/debugTypes.ts';
import type { nodeProgram } from './nodeProgram.ts';

/** How a file is run. */
export interface FileProgram {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Where it is run when that is not the workspace's folder. */
  readonly cwd?: string;
  /** Type of the debugger that would run it. */
  readonly type: string;
  readonly reach: Reach;
}

/** What is asked of the machine and the editor. */
export interface ProgramFacts {
  exists(file: string): boolean;
  /** The interpreter that was chosen for a file, where an extension for Python is there. */
  python(): string | undefined;
  node: typeof nodeProgram;
}

/** Put after “Only”. */
export const runnableKinds = 'Python, JavaScript, TypeScript, Go, Ruby and PHP files';

type Kind = 'python' | 'javascript' | 'typescript' | 'go' | 'ruby' | 'php';
const kinds: ReadonlyMap<string, Kind> = new Map([
  ['.py', 'python'], ['.js', 'javascript'], ['.mjs', 'javascript'], ['.cjs', 'javascript'], ['.ts', 'typescript'], ['.mts', 'typescript'], ['.cts', 'typescript'], ['.tsx', 'typescript'],
  ['.go', 'go'], ['.rb', 'ruby'], ['.php', 'php'],
]);

/**
 * How a file (an absolute path) of a folder is run: Python by the chosen interpreter or that of the folder, TypeScript by
 * the folder's tsx or by Node itself, Go as the package that it is a part of. Undefined for other files, and for tests of Go.
 */
export async function programOf(file: string, folder: string, facts: ProgramFacts): Promise<FileProgram | undefined> {
  const kind = kinds.get(path.extname(file).toLowerCase());
  if (kind === undefined || file.endsWith('_test.go')) return undefined;
  if (kind === 'python') return { command: facts.python() ?? pythonOf(folder, facts), args: [file], env: {}, type: 'python', reach: 'hooks' };
  if (kind === 'go') return { command: 'go', args: ['run', '.'], env: {}, cwd: path.dirname(file), type: 'go', reach: 'variables' };
  if (kind === 'ruby') return { command: 'ruby', args: facts.exists(path.join(folder, 'Gemfile')) ? ['-rbundler/setup', file] : [file], env: {}, type: 'rdbg', reach: 'variables' };
  if (kind === 'php') return { command: 'php', args: [file], env: {}, type: 'php', reach: 'variables' };
  const node = await facts.node();
  const tsx = path.join(folder, 'node_modules', 'tsx', 'dist', 'cli.mjs');
  return { command: node.path, args: kind === 'typescript' && facts.exists(tsx) ? [tsx, file] : [file], env: node.env, type: 'node', reach: 'hooks' };
}

function pythonOf(folder: string, { exists }: ProgramFacts): string {
  const isWindows = process.platform === 'win32';
  const inside = isWindows ? ['Scripts', 'python.exe'] : ['bin', 'python'];
  const own = ['.venv', 'venv'].map((name) => path.join(folder, name, ...inside)).find((candidate) => exists(candidate));
  return own ?? (isWindows ? 'python' : 'python3');
}
