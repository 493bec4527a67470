import { describe, expect, it } from 'vitest';
import { asLabel, asMarkdown, asNotice } from '../../../src/editor/safeText.ts';

describe('untrusted text', () => {
  it('draws no icon in a label', () => {
    expect(asLabel('$(check) safe')).toBe(String.raw`\$(check) safe`);
  });

  it('makes no link in a notification', () => {
    expect(asNotice('[press me](command:workbench.action.quit)')).toBe('[press me] (command:workbench.action.quit)');
  });

  it('is neither markup nor a link in a tooltip', () => {
    expect(asMarkdown('**bold** https://evil.example <b> $(check)\n# title')).toBe(
      String.raw`\*\*bold\*\* https\:\/\/evil\.example \<b\> \$\(check\)\\n\# title`,
    );
  });

  it('is cut in a notification', () => {
    expect(asNotice('x'.repeat(10_000))).toHaveLength(501);
  });
});
