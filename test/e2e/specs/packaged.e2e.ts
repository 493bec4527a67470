import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../../launcher/paths.ts';
import { useWorkbench } from '../support/useWorkbench.ts';

describe('the packaged extension in a fresh editor', () => {
  const workbench = useWorkbench({ extension: 'vsix' });

  it('is installed, starts and shows its views', async () => {
    const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string };
    expect(await workbench().probe.call('extensionVersion')).toBe(version);
    expect(await workbench().probe.api('apiVersion')).toBe(1);
    await workbench().viewContainer('Spanscope').click();
    await workbench().page.getByRole('heading', { name: 'Spanscope' }).first().waitFor();
  });
});
