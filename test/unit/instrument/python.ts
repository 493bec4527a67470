import { execFileSync } from 'node:child_process';

/** The command of a Python that the kit supports; undefined when this machine has none. */
export function findPython(): string | undefined {
  for (const command of [process.env['PYTHON'], 'python3', 'python']) {
    if (command === undefined) continue;
    try {
      execFileSync(command, ['-c', 'import sys; sys.exit(sys.version_info < (3, 9))'], { stdio: 'ignore' });
      return command;
    } catch {
      continue;
    }
  }
  return undefined;
}
