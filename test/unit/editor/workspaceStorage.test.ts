import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { sharedStorage } from '../../../src/editor/workspaceStorage.ts';

describe('the storage of a workspace', () => {
  const root = mkdtempSync(path.join(os.tmpdir(), 'spanscope-')), extension = 'spanscope.spanscope';
  afterAll(() => rmSync(root, { recursive: true }));
  const of = (workspace: string): string => path.relative(root, sharedStorage(path.join(root, workspace, extension)));

  it('is the same for every window of it, and for one that opens while a dead one still seems to have it', () => {
    for (const workspace of ['0f3a8c', '0f3a8c-1', '0f3a8c-2', '-41e5e2a8', '-41e5e2a8-1']) mkdirSync(path.join(root, workspace));
    for (const workspace of ['0f3a8c', '0f3a8c-1', '0f3a8c-2']) expect(of(workspace)).toBe(path.join('0f3a8c', extension));
    for (const workspace of ['-41e5e2a8', '-41e5e2a8-1']) expect(of(workspace)).toBe(path.join('-41e5e2a8', extension));
  });

  it('is its own where a name only looks like that of a further window', () => {
    for (const workspace of ['-5', 'lonely-1', '1763683200000', 'ext-dev']) expect(of(workspace)).toBe(path.join(workspace, extension));
  });
});
