import { appendFileSync, copyFileSync, mkdirSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import type { TraceSummary } from '../../../src/model/records.ts';
import { root } from '../../launcher/paths.ts';
import { useWorkbench } from '../support/useWorkbench.ts';

const second = 1_000_000_000n, start = 1_763_600_000n * second;

/** A line of the collector's file exporter with one span. */
function line(traceId: string, spanId: string, name: string, parentSpanId = '', begin = start): string {
  const span = { traceId: traceId.padStart(32, '0'), spanId: spanId.padStart(16, '0'), parentSpanId, name, kind: 1, startTimeUnixNano: String(begin), endTimeUnixNano: String(begin + second) };
  return `${JSON.stringify({ resourceSpans: [{ resource: { attributes: [{ key: 'service.name', value: { stringValue: 'filed' } }] }, scopeSpans: [{ spans: [span] }] }] })}\n`;
}

describe('trace files', () => {
  const workbench = useWorkbench();
  const fileOf = (name: string): string => path.join(workbench().folder, name);
  const open = (name: string): Promise<unknown> => workbench().probe.executeCommand('vscode.open', { $file: fileOf(name) });
  const received = (): Promise<TraceSummary[]> => workbench().probe.api('listTraces');
  const panelText = (): Promise<string> => workbench().panel().body.innerText();

  beforeAll(async () => {
    // What was written long ago is not waited for.
    const write = (name: string, content: string | Uint8Array): void => {
      writeFileSync(fileOf(name), content);
      utimesSync(fileOf(name), 1, 1);
    };
    write('two.otlp.jsonl', line('a', '1', 'newer run') + line('b', '2', 'older run', '', start - second));
    write('packed.otlp.jsonl.gz', gzipSync(line('c', '3', 'packed run')));
    write('cut.otlp.jsonl', line('d', '4', 'whole record') + line('d', '5', 'cut record').slice(0, 80));
    write('notes.otlp.json', '{"title": "not a trace"}');
    copyFileSync(path.join(root, 'test/fixtures/formats/claude-code/session.jsonl'), fileOf('session.jsonl'));
    mkdirSync(fileOf('many'));
    for (const name of ['x', 'y']) write(`many/${name}.json`, line(name === 'x' ? 'e' : 'f', '6', `run ${name}`));
    write('many/readme.txt', 'nothing to see');
    await workbench().openSideBar();
  });

  it('open in an editor of their own, and stand beside what is received while they are open', async () => {
    await open('two.otlp.jsonl');
    await workbench().panel().rows('newer run').waitFor();
    await workbench().traces.rows(/^two\.otlp\.jsonl, file, 2 traces/).waitFor();
    await expect.poll(panelText).toContain('holds 2 traces');
    expect(await received()).toEqual([]);
  });

  it('let the traces in them be chosen', async () => {
    await workbench().panel().frame.getByRole('button', { name: 'Choose a trace' }).click();
    await workbench().quickPickItems.filter({ hasText: 'older run' }).click();
    await workbench().panel().rows('older run').waitFor();
  });

  it('go into the store when they are kept', async () => {
    await workbench().traces.choose(/^two\.otlp\.jsonl/, 'Keep in the Store');
    await expect.poll(async () => (await received()).map(({ name }) => name).toSorted()).toEqual(['newer run', 'older run']);
    await workbench().probe.api('clear');
  });

  it('are let go with their tab', async () => {
    await workbench().probe.executeCommand('workbench.action.closeAllEditors');
    await workbench().traces.rows(/^two\.otlp\.jsonl/).waitFor({ state: 'detached' });
  });

  it('open packed', async () => {
    await open('packed.otlp.jsonl.gz');
    await workbench().panel().rows('packed run').waitFor();
  });

  it('show what can be read of them when they are damaged, and say what is missing', async () => {
    await open('cut.otlp.jsonl');
    await workbench().panel().rows('whole record').waitFor();
    await expect.poll(panelText).toContain('1 span of cut.otlp.jsonl was read.');
    await workbench().panel().frame.getByRole('button', { name: /^Show / }).click();
    await expect.poll(async () => (await workbench().page.locator('.view-lines:visible').innerText()).replaceAll('\u00A0', ' ')).toContain('the last record is cut off');
    // What is looked at by a single click gives its tab to the next document, but not to its own report.
    await workbench().page.locator('.tab').filter({ hasText: /^cut\.otlp\.jsonl$/ }).waitFor();
    await expect.poll(() => workbench().traces.rows(/^cut\.otlp\.jsonl/).count()).toBe(1);
  });

  it('say what they are when they are no traces', async () => {
    await open('notes.otlp.json');
    await expect.poll(panelText).toContain('notes.otlp.json is not a trace file');
    await workbench().panel().frame.getByRole('button', { name: 'Open as text' }).click();
    await workbench().page.locator('.view-lines:visible').filter({ hasText: 'not' }).waitFor();
  });

  it('of any name open as a trace from the explorer', async () => {
    await workbench().probe.executeCommand('spanscope.openAsTrace', { $file: fileOf('session.jsonl') });
    await workbench().panel().rows().first().waitFor();
    await workbench().traces.rows(/^session\.jsonl, file, 1 trace/).waitFor();
  });

  it('of a folder open into the Traces view, and those without a trace are named', async () => {
    await workbench().probe.executeCommand('spanscope.importFile', { $file: fileOf('many') });
    await workbench().traces.rows(/^x\.json, file/).waitFor();
    await workbench().traces.rows(/^y\.json, file/).waitFor();
    await expect.poll(async () => (await workbench().notifications()).join('\n')).toContain('readme.txt');
    await workbench().traces.choose(/^x\.json/, 'Close Trace File');
    await workbench().traces.rows(/^x\.json/).waitFor({ state: 'detached' });
    await workbench().traces.rows(/^y\.json, file/).waitFor();
  });

  it('are read from the clipboard', async () => {
    await workbench().page.evaluate((text) => navigator.clipboard.writeText(text), line('aa', '7', 'pasted run'));
    await workbench().run('Spanscope: Open Trace from the Clipboard');
    await workbench().panel().rows('pasted run').waitFor();
  });

  it('grow on the screen while they are written, also after they were cut back', async () => {
    const file = fileOf('growing.otlp.jsonl');
    writeFileSync(file, line('1a', '1', 'begins'));
    await open('growing.otlp.jsonl');
    await workbench().panel().rows('begins').waitFor();
    const next = line('1a', '2', 'goes on', '0000000000000001');
    appendFileSync(file, next.slice(0, 60));
    appendFileSync(file, next.slice(60));
    await workbench().panel().rows('goes on').waitFor();
    truncateSync(file, 0);
    appendFileSync(file, line('1a', '3', 'after the cut', '0000000000000001'));
    await workbench().panel().rows('after the cut').waitFor();
    await workbench().panel().rows('goes on').waitFor();
  });
});
