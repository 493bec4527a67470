import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import * as path from 'node:path';
import { deflateRawSync } from 'node:zlib';
import type { PageFiles } from '../export/exporter.ts';

/** The files of the page that an HTML document consists of, from the folder that is packaged with the extension. */
export async function readPageFiles(folder: string): Promise<PageFiles> {
  const text = (file: string): Promise<string> => readFile(path.join(folder, file), 'utf8');
  const [panelScript, hostScript, panelStyle, hostStyle, font] = await Promise.all([
    text('main.js'), text('offline.js'), text('main.css'), text('offline.css'), readFile(path.join(folder, 'codicon.ttf')),
  ]);
  return {
    panelScript: withoutSourceMap(panelScript), hostScript: withoutSourceMap(hostScript), style: withoutSourceMap(panelStyle) + withoutSourceMap(hostStyle), font,
    hash: (content) => createHash('sha256').update(content).digest('base64'),
    deflate: (bytes) => deflateRawSync(bytes),
  };
}

/** Development builds name files that do not travel. */
const withoutSourceMap = (text: string): string => text.replaceAll(/\n?(?:\/\/# sourceMappingURL=.*|\/\*# sourceMappingURL=.*?\*\/)\n?/g, '');
