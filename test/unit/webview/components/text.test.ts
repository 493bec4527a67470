import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { roleIcons } from '../../../../src/model/role.ts';
import { glyphs } from '../../../../webview/components/glyphs.ts';
import { visibleBody, visibleName } from '../../../../src/model/visibleText.ts';

describe('untrusted text', () => {
  it.each([
    ['user\u202Egnp.exe', 'user\\u202egnp.exe'],
    ['a\u0000b\u001b[31m', 'a\\u0000b\\u001b[31m'],
    ['line\nbreak\ttab', 'line\\nbreak\\ttab'],
    ['zero\u200Bwidth \u200Djoiner', 'zero\\u200bwidth \\u200djoiner'],
    ['tag\u{E0041}', 'tag\\u{e0041}'],
    ['lone\uD800', 'lone\\ud800'],
    ['👩‍💻 works, שלום and العربية stay', '👩‍💻 works, שלום and العربية stay'],
  ])('shows invisible characters of the name %j', (text, shown) => {
    expect(visibleName(text)).toBe(shown);
  });

  it('keeps lines and tabs of a body and shows what turns directions around', () => {
    expect(visibleBody('a\r\nb\tc\u2066d\u0007')).toBe('a\nb\tc\\u2066d\\u0007');
  });
});

describe('the icons', () => {
  it('have the code points of the icon font that is packaged', () => {
    const css = readFileSync(new URL('../../../../node_modules/@vscode/codicons/dist/codicon.css', import.meta.url), 'utf8');
    for (const [name, code] of Object.entries(glyphs)) expect(css, name).toContain(`.codicon-${name}:before { content: "\\${code.toString(16)}" }`);
  });

  it('contain one for every role', () => {
    expect(Object.values(roleIcons).filter((name) => !(name in glyphs))).toEqual([]);
  });
});
