import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Uri } from '../../../support/vscode.ts';

/** An extension folder with the built page in it, in a folder of its own below the system's temporary one. */
export function packagedExtension(script: string, style: string): Uri {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'spanscope-page-')), page = path.join(folder, 'dist/webview');
  mkdirSync(page, { recursive: true });
  writeFileSync(path.join(page, 'main.js'), script);
  writeFileSync(path.join(page, 'main.css'), style);
  return Uri.file(folder);
}
