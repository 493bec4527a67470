import { installedEditor } from './desktopEditor.ts';
import { canDownload } from './probing.ts';
import { wantsOldest } from './versions.ts';

/** How a real VS Code is come by. */
export type EditorWay = 'installed' | 'download' | 'server';

export interface EditorFacts {
  /** SPANSCOPE_TEST_VSCODE */
  readonly forced: string | undefined;
  readonly installed: string | undefined;
  readonly canDownload: () => Promise<boolean>;
  /** A run for one exact version cannot use whatever is installed. */
  readonly exactVersion: boolean;
}

export interface ChosenEditor {
  readonly way: EditorWay;
  /** One sentence for the person that looks on. */
  readonly reason: string;
}

/** Takes the first way that is open: installed, download, server; a forced one must be possible. */
export async function chooseEditor(facts: EditorFacts): Promise<ChosenEditor> {
  const { forced, installed } = facts;
  if (forced !== undefined && forced !== '') {
    if (forced !== 'installed' && forced !== 'download' && forced !== 'server') {
      throw new Error(`SPANSCOPE_TEST_VSCODE is "${forced}"; it can be installed, download or server.`);
    }
    if (forced === 'installed' && installed === undefined) throw new Error('SPANSCOPE_TEST_VSCODE asks for an installed editor, but none of code, codium, cursor is on PATH.');
    return { way: forced, reason: 'asked for by SPANSCOPE_TEST_VSCODE' };
  }
  if (installed !== undefined && !facts.exactVersion) return { way: 'installed', reason: `found ${installed}` };
  if (await facts.canDownload()) return { way: 'download', reason: installed === undefined ? 'none is installed' : 'one exact version is wanted' };
  return { way: 'server', reason: 'none is installed and none can be downloaded' };
}

/** The choice for this machine, printed. */
export async function chooseEditorHere(): Promise<EditorWay> {
  const { way, reason } = await chooseEditor({
    forced: process.env['SPANSCOPE_TEST_VSCODE'],
    installed: installedEditor(),
    canDownload,
    exactVersion: wantsOldest,
  });
  const words = { installed: 'the installed editor', download: 'a download by @vscode/test-electron', server: 'VS Code server from npm with Chromium' };
  process.stdout.write(`VS Code: ${words[way]} (${reason})\n`);
  return way;
}
