import { describe, expect, it } from 'vitest';
import { Display } from '../../../../src/editor/display.ts';
import { fileStatus } from '../../../../src/editor/files/fileWords.ts';
import type { TraceFile } from '../../../../src/editor/files/openFiles.ts';
import { reportText } from '../../../../src/editor/files/reportText.ts';
import type { PartReport } from '../../../../src/protocol/files.ts';
import { summaryOf } from '../traces/summaries.ts';

const display = new Display('en');
const part: PartReport = {
  name: 'run.otlp.json', packing: [], encoding: 'utf-8', bytes: 4096, format: { id: 'otlp-json', label: 'OTLP/JSON', score: 0.98, reason: 'has the key "resourceSpans"' },
  traceCount: 1, spanCount: 3, logCount: 2, metricPointCount: 0, rejectedCount: 0, problems: [], moreProblemsCount: 0,
};
const file = (fields: Partial<TraceFile>, ...parts: readonly PartReport[]): TraceFile => ({
  source: 's', name: 'run.otlp.json', state: 'read', bytesRead: 41_000_000, bytesTotal: 128_000_000, traceCount: 1, spanCount: 3, memoryBytes: 0, isKept: false, uri: undefined, isFollowed: false,
  traces: [], matching: [], ...fields, report: { parts: parts.length === 0 ? [part] : parts, morePartsCount: 0, problems: [] },
});
const actionsOf = (status: ReturnType<typeof fileStatus>): (readonly string[])[] => (status?.actions ?? []).map(({ action, label }) => [action, label]);

describe('the line about the file of a trace', () => {
  it('is not there when all of the file was read and there is nothing else in it', () => {
    expect(fileStatus(file({}), 'a', display)).toBeUndefined();
  });

  it('tells how far the file is read, and can be cancelled', () => {
    const status = fileStatus(file({ state: 'reading' }), undefined, display);
    expect(status).toMatchObject({ text: 'Opening run.otlp.json, 41 MB of 128 MB', tone: 'busy', fraction: 41 / 128 });
    expect(actionsOf(status)).toEqual([['stop', 'Cancel']]);
  });

  it('tells what is wrong with a file that was read in part, and how much more there is to read about it', () => {
    const status = fileStatus(file({}, { ...part, problems: ['a record at byte 7 cannot be read'], rejectedCount: 2, cut: { byte: 4096, reason: 'the file is too large' } }), 'a', display);
    expect(status?.text).toBe('3 spans of run.otlp.json were read. A record at byte 7 cannot be read.');
    expect(actionsOf(status)).toEqual([['report', 'Show 3 warnings']]);
  });

  it('says why there is nothing to see', () => {
    const status = fileStatus(file({ state: 'failed', spanCount: 0, traceCount: 0, problem: 'notes.json is not a trace file.' }), undefined, display);
    expect(status).toMatchObject({ text: 'notes.json is not a trace file.', tone: 'warning' });
  });

  it('says what a followed file lacks that ends in the middle, once nothing comes any more', () => {
    const following = { state: 'following', isFollowed: true } as const, lacking = { ...part, unfinishedFrom: 1280 };
    expect(fileStatus(file({ ...following, spanCount: 0, traceCount: 0 }), undefined, display)?.text).toBe('run.otlp.json holds no spans so far. What is written to it shows here.');
    expect(fileStatus(file({ ...following, spanCount: 0, traceCount: 0 }, lacking), undefined, display)?.text).toBe('Nothing of run.otlp.json could be read. The end is missing of what begins at byte 1,280.');
    expect(fileStatus(file({ ...following, spanCount: 0, traceCount: 0 }, { ...part, unfinishedFrom: 0 }), undefined, display)?.text).toBe('Nothing of run.otlp.json could be read. Its end is missing.');
    expect(fileStatus(file(following, lacking), 'a', display)?.text).toBe('3 spans of run.otlp.json were read. The end is missing of what begins at byte 1,280.');
  });

  it('offers the other traces of a file', () => {
    const traces = ['a', 'b'].map((traceId) => summaryOf({ traceId }));
    const status = fileStatus(file({ traceCount: 2, traces }), 'b', display);
    expect(status?.text).toBe('run.otlp.json holds 2 traces; this is number 2.');
    expect(actionsOf(status)).toEqual([['pickTrace', 'Choose a trace']]);
  });

  it('makes hostile names harmless', () => {
    expect(fileStatus(file({ name: 'a\u202Egpj.json', state: 'reading' }), undefined, display)?.text).not.toContain('\u202E');
  });
});

describe('the report of a file', () => {
  it('has format, figures and problems of every part', () => {
    const text = reportText(file({}, part, { ...part, name: 'readme.md', failure: 'It is not a trace file.', format: undefined as never, problems: ['line 3 is odd'] }));
    expect(text.split('\n')).toEqual(expect.arrayContaining(['OTLP/JSON: it has the key "resourceSpans" (98% sure)', '4,096 bytes of content, UTF-8', '3 spans', 'readme.md', 'It is not a trace file.', '  line 3 is odd']));
  });
});
