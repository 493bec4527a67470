import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isTyped } from '../../../src/debug/debugTypes.ts';
import { TokenFile } from '../../../src/debug/tokenFile.ts';

const isPosix = process.platform !== 'win32';

describe('the token of the control channel in a file', () => {
  let folder: string;
  beforeEach(() => { folder = mkdtempSync(path.join(os.tmpdir(), 'spanscope-')); });
  afterEach(() => { rmSync(folder, { recursive: true }); });

  it('is there for its owner alone, is the newest one, and goes with the window', () => {
    const file = new TokenFile(path.join(folder, 'traces'));
    const held = file.hold('first') ?? '';
    expect(readFileSync(held, 'utf8')).toBe('first');
    if (isPosix) {
      expect([statSync(held).mode & 0o777, statSync(path.dirname(held)).mode & 0o777]).toEqual([0o600, 0o700]);
      chmodSync(held, 0o644);
    }
    expect(file.hold('second')).toBe(held);
    expect(readFileSync(held, 'utf8')).toBe('second');
    if (isPosix) expect(statSync(held).mode & 0o777).toBe(0o600);
    rmSync(held);
    expect(readFileSync(file.hold('second') ?? '', 'utf8')).toBe('second');
    file.dispose();
    expect(readdirSync(path.dirname(held))).toEqual([]);
  });

  it('is nowhere when a window can store nothing', () => {
    const file = new TokenFile(undefined);
    expect(file.hold('token')).toBeUndefined();
    file.dispose();
  });

  it('is for debuggers that have the environment typed into a terminal', () => {
    for (const console of ['integratedTerminal', 'externalTerminal']) for (const type of ['node', 'pwa-node']) expect(isTyped({ type, console })).toBe(true);
    for (const configuration of [{ type: 'node' }, { type: 'node', console: 'internalConsole' }, { type: 'node-terminal' }, { type: 'debugpy', console: 'integratedTerminal' }]) expect(isTyped(configuration)).toBe(false);
  });
});
