import { describe, expect, it } from 'vitest';
import { exampleRun } from '../support/exampleRun.ts';
import { sendRun } from '../support/spans.ts';
import { useWorkbench } from '../support/useWorkbench.ts';

describe('a link to a span', () => {
  const workbench = useWorkbench();
  const copied = async (): Promise<string> => String(await workbench().probe.call('readClipboard'));
  const tabs = async (): Promise<string[]> => (await workbench().probe.call('tabs') as string[][]).flat();
  /** As a page outside the editor does it. */
  async function follow(link: string): Promise<void> {
    const page = await workbench().page.context().newPage();
    await page.goto(String(await workbench().probe.call('externalLink', link)));
    await page.close();
  }

  it('is copied from its row, and leads there when the user agrees', async () => {
    const { http } = await workbench().probe.api<{ http: string }>('startReceiver');
    await sendRun(http, exampleRun);
    await workbench().openSideBar();
    await workbench().openTrace(/^planner/);
    await workbench().spans.rows(/^hold_seats/).first().click({ button: 'right' });
    await workbench().chooseFromMenu('Copy Link');
    await expect.poll(copied).toMatch(/^[a-z-]+:\/\/spanscope\.spanscope\/trace\/[0-9a-f]{32}\/span\/[0-9a-f]{16}$/);
    const link = await copied();
    await workbench().probe.executeCommand('workbench.action.closeAllEditors');
    await expect.poll(tabs).toEqual([]);

    await follow(link);
    await workbench().question.waitFor();
    const question = await workbench().question.innerText();
    expect(question).toContain('Open the trace “planner”?');
    expect(question).toContain('hold_seats');
    await workbench().answer('Cancel');
    expect(await tabs()).toEqual([]);

    await follow(link);
    await workbench().answer('Open');
    await expect.poll(tabs).toEqual(['planner']);
    await expect.poll(() => workbench().spans.rows(/^hold_seats/).first().getAttribute('aria-selected')).toBe('true');
  });

  it('to a trace that is not here says so', async () => {
    const [link] = (await copied()).split('/trace/');
    await follow(`${link}/trace/${'ab'.repeat(16)}`);
    await expect.poll(() => workbench().notifications()).toContainEqual(expect.stringContaining(`${'ab'.repeat(16)} is not here`));
  });
});
