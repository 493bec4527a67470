import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { themeNames, variablesOf } from '../../../e2e/page/support/themes.ts';

const css = readFileSync(path.resolve(import.meta.dirname, '../../../../webview/offline/offline.css'), 'utf8');
const selectors = { dark: 'body.vscode-dark', light: 'body.vscode-light', hcDark: 'body.vscode-high-contrast', hcLight: 'body.vscode-high-contrast-light' } as const;

/** The variables that a rule sets. */
function variablesIn(selector: string): Readonly<Record<string, string>> {
  const start = css.indexOf(`\n${selector} {`);
  const rule = css.slice(start, css.indexOf('}', start));
  return Object.fromEntries(Array.from(rule.matchAll(/(--vscode-[^:]+): ([^;]+);/g), ([, name = '', value = '']) => [name.replaceAll('\\', ''), value]));
}

describe('the colours outside of the editor', () => {
  it.each(themeNames)('are those of the editor and of the manifest: %s', (theme) => {
    const wanted = Object.entries(variablesOf(theme, 13)).filter(([name, value]) => !name.includes('font') && value !== '').map(([name, value]) => [name, value.toLowerCase()]);
    expect(variablesIn(selectors[theme])).toEqual(Object.fromEntries(wanted));
  });
});
