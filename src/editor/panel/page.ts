import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Uri, env } from 'vscode';
import type { Webview, WebviewOptions } from 'vscode';

/** What a panel's page may do: run the packaged script, and read nothing but the packaged page. */
export function pageOptions(extensionUri: Uri): WebviewOptions {
  return { enableScripts: true, enableForms: false, localResourceRoots: [pageFolder(extensionUri)] };
}

/**
 * The page with its style and script in it: to fetch them one by one through the editor takes longer than everything
 * else until the page begins. It holds no data; that comes by messages.
 */
export function pageHtml(webview: Webview, extensionUri: Uri): string {
  const nonce = randomBytes(18).toString('base64');
  const { script, style: styleText } = readPage(extensionUri);
  const style = styleText.replaceAll('./codicon.ttf', webview.asWebviewUri(Uri.joinPath(pageFolder(extensionUri), 'codicon.ttf')).toString());
  const policy = [
    `default-src 'none'`,
    `script-src 'nonce-${nonce}'`,
    `style-src 'nonce-${nonce}'`,
    `font-src ${webview.cspSource}`,
    `img-src ${webview.cspSource} data:`,
    `connect-src 'none'`,
    `base-uri 'none'`,
    `form-action 'none'`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en" data-number-locale="${numberLocale()}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<style nonce="${nonce}">${style}</style>
<title>Trace</title>
</head>
<body>
<div id="app"></div>
<script nonce="${nonce}">${script}</script>
</body>
</html>`;
}

interface Page { readonly script: string; readonly style: string }
const pages = new Map<string, Page>();

/** The packaged page, read from the disk once. */
export function readPage(extensionUri: Uri): Page {
  const folder = pageFolder(extensionUri), known = pages.get(folder.fsPath);
  if (known !== undefined) return known;
  const text = (file: string): string => readFileSync(Uri.joinPath(folder, file).fsPath, 'utf8');
  const page = { script: text('main.js'), style: text('main.css') };
  pages.set(folder.fsPath, page);
  return page;
}

/** The words of the page are English; its numbers are written as in the rest of the editor. */
const numberLocale = (): string => (/^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}$/.test(env.language) ? env.language : 'en');

const pageFolder = (extensionUri: Uri): Uri => Uri.joinPath(extensionUri, 'dist', 'webview');
