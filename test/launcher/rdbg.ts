import { outputOf } from './processes.ts';
import { canInstallPackages, ensureSystemPackages } from './systemPackages.ts';

/** The command of Ruby's debug gem, which comes with Ruby from version 3.1 on; undefined where there is none, or no shell for it. */
export async function findRdbg(): Promise<string | undefined> {
  if (process.platform === 'win32') return undefined;
  const find = (): string | undefined => outputOf('ruby', ['-e', 'print Gem.bin_path("debug", "rdbg")']);
  if (find() === undefined && canInstallPackages()) {
    try {
      await ensureSystemPackages([{ package: 'ruby', isPresent: () => outputOf('ruby', ['--version']) !== undefined }], 'the test with the Ruby debugger');
    } catch (error) {
      process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`);
    }
  }
  return find();
}
