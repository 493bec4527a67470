import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

/** Below these versions the packages have known holes that a sender could use. */
const least: ReadonlyMap<string, readonly (readonly [number, number, number])[]> = new Map([
  ['ws', [[8, 21, 0]]],
  ['@grpc/grpc-js', [[1, 14, 4]]],
  ['protobufjs', [[7, 6, 1], [8, 4, 1]]],
]);

const lock = JSON.parse(readFileSync(path.resolve(import.meta.dirname, '../../../package-lock.json'), 'utf8')) as { packages: Record<string, { version?: string }> };

describe('packages that read what strangers send', () => {
  it.each([...least])('%s is new enough wherever it is installed', (name, floors) => {
    const versions = Object.entries(lock.packages).filter(([folder]) => folder.endsWith(`node_modules/${name}`)).map(([, entry]) => entry.version ?? '');
    expect(versions).not.toEqual([]);
    for (const version of versions) expect(version).toSatisfy((text: string) => isEnough(text, floors));
  });
});

function isEnough(version: string, floors: readonly (readonly [number, number, number])[]): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  const floor = floors.findLast((each) => each[0] <= major);
  if (floor === undefined) return false;
  return major > floor[0] || minor > floor[1] || (minor === floor[1] && patch >= floor[2]);
}
