import { describe, expect, it } from 'vitest';
import { chooseEditor } from '../../launcher/editorWay.ts';
import type { EditorFacts } from '../../launcher/editorWay.ts';

const facts = (some: Partial<EditorFacts>): EditorFacts => ({
  forced: undefined,
  installed: undefined,
  canDownload: () => Promise.resolve(false),
  exactVersion: false,
  ...some,
});
const online = (): Promise<boolean> => Promise.resolve(true);

describe('the way to a VS Code', () => {
  it('is the installed editor before anything else, without asking the network', async () => {
    const chosen = await chooseEditor(facts({ installed: '/usr/bin/code', canDownload: () => Promise.reject(new Error('asked')) }));
    expect(chosen).toEqual({ way: 'installed', reason: 'found /usr/bin/code' });
  });

  it('is a download where none is installed, and the server where none can be downloaded', async () => {
    expect((await chooseEditor(facts({ canDownload: online }))).way).toBe('download');
    expect((await chooseEditor(facts({}))).way).toBe('server');
  });

  it('is never the installed editor when one exact version is wanted', async () => {
    expect((await chooseEditor(facts({ installed: '/usr/bin/code', exactVersion: true, canDownload: online }))).way).toBe('download');
    expect((await chooseEditor(facts({ installed: '/usr/bin/code', exactVersion: true }))).way).toBe('server');
  });

  it('is the forced one, and a forced one that cannot be is an error', async () => {
    expect((await chooseEditor(facts({ forced: 'server', installed: '/usr/bin/code', canDownload: online }))).way).toBe('server');
    await expect(chooseEditor(facts({ forced: 'installed' }))).rejects.toThrow('none of code, codium, cursor is on PATH');
    await expect(chooseEditor(facts({ forced: 'browser' }))).rejects.toThrow('it can be installed, download or server');
  });
});
