import { mustRun, onPath, outputOf } from './processes.ts';

/** Something that has to be on the machine, and the Debian package that brings it. */
export interface SystemNeed {
  readonly package: string;
  readonly isPresent: () => boolean;
}

/**
 * Installs what is missing where that needs no question: on Debian and Ubuntu as root, and with
 * passwordless sudo on CI machines. Elsewhere it throws and says what to install.
 */
export async function ensureSystemPackages(needs: readonly SystemNeed[], purpose: string): Promise<void> {
  const missing = needs.filter((need) => !need.isPresent()).map((need) => need.package);
  if (missing.length === 0) return;
  const prefix = aptPrefix();
  if (prefix === undefined) throw new Error(`${purpose} needs what these Debian packages bring (or their counterparts here): ${missing.join(' ')}`);
  process.stdout.write(`Installing for ${purpose}: ${missing.join(' ')}\n`);
  const [command, ...first] = prefix;
  const apt = (...args: string[]): Promise<void> =>
    mustRun(command, [...first, 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-qq', ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  await apt('update');
  await apt('install', '-y', '--no-install-recommends', ...missing);
}

/** Whether `ensureSystemPackages` can install anything here. */
export function canInstallPackages(): boolean {
  return aptPrefix() !== undefined;
}

/** The command that sets a variable and runs the rest with the rights that apt needs. */
function aptPrefix(): readonly [string, ...string[]] | undefined {
  if (onPath('apt-get') === undefined) return undefined;
  if (process.getuid?.() === 0) return ['env'];
  const mayAsk = process.env['CI'] !== undefined && onPath('sudo') !== undefined;
  return mayAsk && outputOf('sudo', ['-n', 'true']) !== undefined ? ['sudo', '-n', 'env'] : undefined;
}
