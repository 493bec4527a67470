import * as path from 'node:path';
import * as process from 'node:process';
import type { nodeProgram } from './nodeProgram.ts';

/** How a file is run. */
export interface FileProgram {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Type of the debugger that would run it. */
  readonly type: 'python' | 'node';
}

/** What is asked of the machine and the editor. */
export interface ProgramFacts {
  exists(file: string): boolean;
  /** The interpreter that was chosen for a file, where an extension for Python is there. */
  python(): string | undefined;
  node: typeof nodeProgram;
}

const kinds: ReadonlyMap<string, 'python' | 'javascript' | 'typescript'> = new Map([
  ['.py', 'python'], ['.js', 'javascript'], ['.mjs', 'javascript'], ['.cjs', 'javascript'], ['.ts', 'typescript'], ['.mts', 'typescript'], ['.cts', 'typescript'], ['.tsx', 'typescript'],
]);

/**
 * How a file (an absolute path) of a folder is run: Python by the chosen interpreter or that of the folder, TypeScript by
 * the folder's tsx or by Node itself. Undefined for other files.
 */
export async function programOf(file: string, folder: string, facts: ProgramFacts): Promise<FileProgram | undefined> {
  const kind = kinds.get(path.extname(file).toLowerCase());
  if (kind === undefined) return undefined;
  if (kind === 'python') return { command: facts.python() ?? pythonOf(folder, facts), args: [file], env: {}, type: 'python' };
  const node = await facts.node();
  const tsx = path.join(folder, 'node_modules', 'tsx', 'dist', 'cli.mjs');
  return { command: node.path, args: kind === 'typescript' && facts.exists(tsx) ? [tsx, file] : [file], env: node.env, type: 'node' };
}

function pythonOf(folder: string, { exists }: ProgramFacts): string {
  const isWindows = process.platform === 'win32';
  const inside = isWindows ? ['Scripts', 'python.exe'] : ['bin', 'python'];
  const own = ['.venv', 'venv'].map((name) => path.join(folder, name, ...inside)).find((candidate) => exists(candidate));
  return own ?? (isWindows ? 'python' : 'python3');
}
