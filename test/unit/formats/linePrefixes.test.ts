import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { InputReader } from '../../../src/formats/inputReader.ts';
import { LinePrefixes } from '../../../src/formats/linePrefixes.ts';
import { fileLimits } from '../../../src/formats/limits.ts';
import { formats } from '../../../src/formats/registry.ts';
import { utf8 } from './batches.ts';
import { rowsOf } from './rows.ts';

const fixture = (name: string): string => readFileSync(path.resolve(import.meta.dirname, '../../fixtures/formats', name), 'utf8');
const indented = JSON.stringify(JSON.parse(fixture('otlp-json/agent.json')) as unknown, undefined, 2);

interface Read { readonly format: string | undefined; readonly names: readonly string[]; readonly problems: readonly string[] }

function read(text: string, size = 1 << 20, isFollowed = false): Read {
  const names: string[] = [], bytes = utf8(text);
  const reader = new InputReader({ formats, limits: fileLimits, mostBytes: 64 << 20, expectedBytes: 0, onBatch: (batch) => { names.push(...rowsOf(batch).map(({ name, spanId }) => `${spanId} ${name}`)); } });
  for (let at = 0; at < bytes.length; at += size) {
    reader.push(bytes.slice(at, at + size));
    if (isFollowed && at > 4096) reader.readSoFar();
  }
  reader.end();
  return { format: reader.detection?.format.id, names, problems: reader.problems.texts };
}

const at = (i: number): string => new Date(1795200257000 + i * 7).toISOString();
const color = (text: string): string => `\u001b[36m${text}\u001b[0m`;
/** What writes something in front of a line, as it looks there. */
const writers: readonly (readonly [string, (i: number) => string])[] = [
  ['Docker Compose', () => 'agent-1  | '], ['Docker Compose in colours', () => color('agent-1  | ')], ['Docker Compose with times', (i) => `agent-1  | ${at(i)} `],
  ['kubectl --prefix', () => '[pod/agent-7d9f/main] '], ['kubectl --timestamps', (i) => `${at(i).replace('Z', '123456Z')} `],
  ['containerd', (i) => `${at(i).replace('Z', '123456Z')} stdout F `], ['GitHub Actions', (i) => `${at(i).replace('Z', '0000Z')} `], ['gh run view --log', (i) => `build\tRun tests\t${at(i).replace('Z', '0000Z')} `],
  ['journald', (i) => `Nov 20 18:44:${10 + (i % 40)} host agent[1234]: `], ['journald with ISO times', (i) => `${at(i).slice(0, 19)}+0000 host python3[99]: `], ['pm2', () => '0|agent    | '], ['pm2 with times', (i) => `0|agent    | ${at(i).slice(0, 19)}: `],
  ['concurrently', () => '[0] '], ['concurrently with names', () => '[dev:api] '], ['concurrently with times', (i) => `[${at(i).slice(11, 19)}] `], ['Foreman', (i) => `${at(i).slice(11, 19)} agent.1   | `], ['Turborepo', () => '@acme/api:dev: '],
  ['pnpm', () => 'packages/api dev: '], ['GitLab', (i) => `${at(i).replace('Z', '000Z')} 01O `], ['Jenkins', (i) => `[${at(i)}] `], ['Buildkite', (i) => `\u001b_bk;t=${1795200257000 + i}\u0007`], ['Loki', (i) => `${at(i)} {app="agent"} `],
  ['stern', () => 'agent-7d9f main '], ['syslog', (i) => `<14>1 ${at(i)} host app 123 - - `], ['CloudWatch', (i) => `${at(i)} my/stream `], ['ts', (i) => `Nov 20 18:44:${10 + (i % 40)} `], ['grep', (i) => `run.log:${i + 1}:`], ['nl', (i) => `${String(i + 1).padStart(6)}  `],
  ['Drone', (i) => `[agent:${i}] `], ['Heroku', (i) => `${at(i).replace('Z', '000+00:00')} app[web.1]: `],
];
const inputs: readonly (readonly [string, string])[] = [
  ['indented OTLP', indented], ['OTLP lines', fixture('otlp-json-lines/threeSignals.jsonl')], ['the Python console', fixture('python-spans/pretty.log')], ['indented Go', fixture('go-stdouttrace/pretty.log')], ['the Node console', fixture('node-console/sdk2.log')],
];

describe.each(inputs)('%s', (_name, text) => {
  const plain = read(text);

  it.each(writers)('is read as it is behind what %s writes in front of each line', (_writer, prefixOf) => {
    const prefixed = text.split('\n').map((line, i) => (line === '' ? '' : prefixOf(i) + line)).join('\n');
    for (const size of [1 << 20, 4096, ...(text.length < 20_000 ? [7] : [])]) {
      expect([size, read(prefixed, size)]).toMatchObject([size, { format: plain.format, names: plain.names }]);
    }
    expect(read(prefixed, 501, true).names).toEqual(plain.names);
  });

  it("is read from Docker's own log, which has long lines in several parts", () => {
    const parts = text.split(/(?<=\n)/).flatMap((line) => line.match(/[^]{1,500}/g) ?? []);
    const log = parts.map((part, i) => `${JSON.stringify({ log: part, stream: 'stdout', time: at(i) })}\n`).join('');
    expect(read(log)).toMatchObject({ format: plain.format, names: plain.names });
    expect(read(log, 333, true).names).toEqual(plain.names);
  });

  it.each<readonly [string, (line: string, i: number) => object]>([
    ['Fluent Bit', (line, i) => ({ date: i, stream: 'stdout', log: line, kubernetes: { pod_name: 'agent' } })], ['journalctl -o json', (line, i) => ({ __CURSOR: `s=${i}`, PRIORITY: '6', MESSAGE: line, _PID: '7' })],
    ['logcli -o jsonl', (line, i) => ({ labels: { app: 'agent' }, line, timestamp: at(i) })], ['gcloud logging', (line, i) => ({ insertId: `${i}`, textPayload: line, timestamp: at(i) })], ['Vector', (line, i) => ({ message: line, timestamp: at(i), host: 'h' })],
  ])('is read from the objects into which %s puts each line', (_collector, wrap) => {
    const log = text.trimEnd().split('\n').map((line, i) => JSON.stringify(wrap(line, i))).join('\n');
    for (const size of [1 << 20, 4096]) expect([size, read(log, size)]).toMatchObject([size, { format: plain.format, names: plain.names }]);
  });

  it('is read from the log of a container runtime, which has long lines in several parts', () => {
    const lines = text.split('\n').map((line) => (line.length > 200 ? line.match(/.{1,100}/gsu) ?? [''] : [line]));
    const log = lines.flatMap((parts, i) => [
      ...parts.flatMap((part, k) => [`${at(i).replace('Z', '123456Z')} stdout ${k < parts.length - 1 ? 'P' : 'F'} ${part}\n`, ...(k === 1 ? [`${at(i).replace('Z', '123457Z')} stderr F GET / 200\n`] : [])]),
    ]).join('');
    expect(read(log)).toMatchObject({ format: plain.format, names: plain.names });
    expect(read(log, 333, true).names).toEqual(plain.names);
  });

  it('is read in colours', () => {
    const colored = text.replaceAll(/"[^"\n]*"/g, (word) => `\u001b[0;32m${word}\u001b[1;39m`);
    expect(read(colored)).toMatchObject({ format: plain.format, names: plain.names });
  });
});

it("a log of Docker's is told by its first line", () => {
  const [line = ''] = fixture('otlp-json-lines/threeSignals.jsonl').split(/(?<=\n)/);
  expect(read(`${JSON.stringify({ log: line, stream: 'stdout', time: at(1) })}\n`)).toMatchObject({ format: 'otlp-json', names: read(line).names });
});

describe('lines of several programs', () => {
  const lines = (text: string, writer: string): string[] => text.trimEnd().split('\n').map((line) => `${writer} | ${line}`);

  it('are put in order where one wrote into the object of the other', () => {
    const first = lines(indented, 'agent-1'), other = [...lines(indented.replaceAll(/"spanId": "../g, '"spanId": "77'), 'web-1  '), 'web-1   | GET / 200'];
    const mixed = first.flatMap((line, i) => [line, ...(i < other.length ? [other[i] as string] : [])]);
    const found = read(mixed.join('\n'));
    expect(found.names.toSorted()).toEqual([...read(first.join('\n')).names, ...read(other.join('\n')).names].toSorted());
    expect(found.problems[0]).toBe('lines are read without what Docker Compose wrote in front of them; bytes are counted without it');
  });

  it('do not wait for ever for an object that does not end', () => {
    const found = read([`agent-1 | {`, `agent-1 |   "resourceSpans": [`, ...Array.from({ length: 30 }, () => lines(indented, 'web-1')).flat()].join('\n'));
    expect(found.names.length).toBeGreaterThanOrEqual(read(indented).names.length);
  });
});

describe('a line that does not end', () => {
  it('is given away in parts, without what stands in front of it', () => {
    const lines = LinePrefixes.of(utf8('a | x\na | y\na | z\n'))[0] as LinePrefixes, long = 'é'.repeat(1 << 20);
    let text = '';
    const chunks = ['a | 1\n', 'a | ', ...Array.from({ length: 6 }, () => long), '\na | 2\n', 'a | 3'];
    for (const chunk of chunks) text += new TextDecoder().decode(lines.push(utf8(chunk)));
    text += new TextDecoder().decode(lines.end());
    expect([text.length, text.replaceAll('é', '')]).toEqual([6 * (1 << 20) + 6, '1\n\n2\n3']);
  });
});

describe('a text without prefixes', () => {
  it('is left alone', () => {
    for (const text of [indented, fixture('python-spans/pretty.log'), 'a\nb\nc\n', '', '\n\n\n\n', '{\n}\n{\n}']) expect(LinePrefixes.of(utf8(text))).toEqual([]);
  });
});
