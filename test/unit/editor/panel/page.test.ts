import { describe, expect, it } from 'vitest';
import type * as vscode from 'vscode';
import { pageHtml } from '../../../../src/editor/panel/page.ts';
import { packagedExtension } from './packaged.ts';

const webview = { cspSource: 'https://page.test', asWebviewUri: (uri: { path: string }) => `https://page.test${uri.path}` } as unknown as vscode.Webview;
const page = (script: string, style = ''): string => pageHtml(webview, packagedExtension(script, style) as unknown as vscode.Uri);

describe('the page of a panel', () => {
  it('brings its script and style along, and runs nothing else', () => {
    const html = page('start("$&");', 'p { color: red; }');
    const nonce = /script-src 'nonce-([^']+)'/.exec(html)?.[1] ?? '';
    expect(html).toContain(`<script nonce="${nonce}">start("$&");</script>`);
    expect(html).toContain(`<style nonce="${nonce}">p { color: red; }</style>`);
    expect(html).toContain(`style-src 'nonce-${nonce}';`);
    expect(page('')).not.toContain(nonce);
  });

  it('reads the icons from where the editor serves them', () => {
    expect(page('', '@font-face{src:url(./codicon.ttf)}')).toMatch(/url\(https:\/\/page\.test\S+\/dist\/webview\/codicon\.ttf\)/);
  });
});
