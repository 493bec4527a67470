import { describe, expect, it } from 'vitest';
import { useWorkbench } from '../support/useWorkbench.ts';

describe('a window with the extension', () => {
  const workbench = useWorkbench();

  it('has the Spanscope container in the activity bar', async () => {
    await workbench().viewContainer('Spanscope').click();
    await workbench().page.getByRole('heading', { name: 'Spanscope' }).first().waitFor();
  });

  it('offers its commands in the palette', async () => {
    await workbench().openPalette('Spanscope: ');
    expect(await workbench().quickPickItems.filter({ hasText: 'Spanscope: ' }).count()).toBeGreaterThan(3);
    await workbench().page.keyboard.press('Escape');
  });
});
