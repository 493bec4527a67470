import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { rowsInOrder, spanRecordOf } from '../../../src/collector/store/spanRecords.ts';
import { TraceStore } from '../../../src/collector/store/traceStore.ts';
import { InputReader } from '../../../src/formats/inputReader.ts';
import { fileLimits } from '../../../src/formats/limits.ts';
import { formats } from '../../../src/formats/registry.ts';
import { utf8 } from './batches.ts';

const fixtures = path.resolve(import.meta.dirname, '../../fixtures/formats');
const mostBytes = 40_000, mutantsOfEach = 8;

/** Numbers from 0 to 1 that are the same in every run. */
class Dice {
  private state: number;
  constructor(seed: number) { this.state = seed; }
  next(): number {
    this.state = (Math.imul(this.state, 1_664_525) + 1_013_904_223) >>> 0;
    return this.state / 0x1_0000_0000;
  }
  below(count: number): number { return Math.floor(this.next() * count); }
  pick<T>(items: readonly T[]): T { return items[this.below(items.length)] as T; }
}

const nested = (depth: number, open: string, close: string): string => open.repeat(depth) + close.repeat(depth);
/** JSON, and what programs take for it, that nobody expects at the place. */
const oddValues: readonly string[] = [
  'null', '1', '-1', '0', '-0', '1.5', '1e400', '-1e400', 'NaN', 'Infinity', '-Infinity', 'true', 'false', '[]', '{}', '[null]', '[[]]', '[{}]', '{"a":null}', '{"":{}}', '""', '"x"',
  '9007199254740993', '18446744073709551616', `${'9'.repeat(400)}`, `"${'9'.repeat(40)}"`, '"-5"', '"NaN"', '"0x10"', '"__proto__"', '{"__proto__":{"a":1}}',
  '"\\ud800"', '"\\udc00x"', '"\\u0000"', '"\\u202e"', '"0001-01-01T00:00:00Z"', '"9999-12-31T23:59:59.999999999Z"', '"-271821-04-20T00:00:00Z"', '"2026-02-30T25:61:61Z"',
  `"${'0'.repeat(32)}"`, `"${'a'.repeat(3000)}"`, '"{\\"a\\":1}"', '"[1"', 'undefined', '01', nested(10, '[', ']'), nested(600, '[', ']'), nested(600, '{"a":', '}').replace('"a":}', '"a":1}'), '{"a":1,"a":2}',
];

/** Puts odd values in the place of some, in text that is mostly JSON. */
const withOddValues = (text: string, dice: Dice, share: number): string =>
  text.replaceAll(/(?<=[:[,]\s*)(?:"(?:[^"\\\n]|\\.)*"|-?\d[\d.eE+-]*|true|false|null|\{\}|\[\])/g, (value) => (dice.next() < share ? dice.pick(oddValues) : value));
const withoutMembers = (text: string, dice: Dice): string => text.replaceAll(/"[\w.]+":\s*(?:"(?:[^"\\\n]|\\.)*"|-?\d[\d.]*|null|true|false),?/g, (member) => (dice.next() < 0.1 ? '' : member));
const withRepeatedMembers = (text: string, dice: Dice): string => text.replaceAll(/"[\w.]+":\s*(?:"(?:[^"\\\n]|\\.)*"|-?\d[\d.]*)/g, (member) => (dice.next() < 0.1 ? `${member},${member}` : member));

function withOddBytes(bytes: Uint8Array, dice: Dice): Uint8Array {
  let mutant = Buffer.from(bytes);
  for (let i = 1 + dice.below(6); i > 0; i--) {
    const at = dice.below(mutant.length), length = dice.below(60);
    switch (dice.below(4)) {
      case 0: mutant[at] = dice.below(256); break;
      case 1: mutant = Buffer.concat([mutant.subarray(0, at), Buffer.of(dice.below(256)), mutant.subarray(at)]); break;
      case 2: mutant = Buffer.concat([mutant.subarray(0, at), mutant.subarray(at + length)]); break;
      default: mutant = Buffer.concat([mutant.subarray(0, at), mutant.subarray(Math.max(0, at - length), at), mutant.subarray(at)]);
    }
  }
  return mutant;
}

function mutantOf(bytes: Uint8Array, dice: Dice): Uint8Array {
  const text = new TextDecoder().decode(bytes);
  switch (dice.below(6)) {
    case 0: return withOddBytes(bytes, dice);
    case 1: return utf8(withoutMembers(text, dice));
    case 2: return utf8(withRepeatedMembers(text, dice));
    case 3: return utf8(withOddValues(text, dice, 0.3));
    case 4: return withOddBytes(utf8(withOddValues(text, dice, 0.1)), dice);
    default: return utf8(withOddValues(text, dice, 0.03));
  }
}

/** Reads bytes in chunks, and everything that became of them as a user would. */
function readAll(bytes: Uint8Array, dice: Dice): { readonly reader: InputReader; readonly names: readonly string[] } {
  const store = new TraceStore({ memoryBytes: Infinity, databaseBytes: 0, retentionDays: 0 }, { changed: () => undefined, removed: () => undefined, log: () => undefined });
  const reader = new InputReader({
    formats, limits: fileLimits, mostBytes: 64 << 20, expectedBytes: 0, ...(dice.next() < 0.3 ? { longValueBytes: 1 } : {}),
    onBatch: (batch) => { void store.append(batch, { format: '', signal: 'traces', bytes: new Uint8Array() }); },
  });
  const size = dice.pick([97, 4096, 1 << 20]), isFollowed = dice.next() < 0.3;
  for (let at = 0; at < bytes.length; at += size) {
    reader.push(bytes.slice(at, at + size));
    if (isFollowed) reader.readSoFar();
  }
  reader.end();
  return { reader, names: store.memory.values().flatMap((trace) => rowsInOrder(trace).map((row) => spanRecordOf(trace, row).name)) };
}

const files = readdirSync(fixtures, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && !entry.name.endsWith('.golden.txt')).map((entry) => path.join(entry.parentPath, entry.name)).toSorted();

describe('a file that was damaged', () => {
  it('has fixtures to damage', () => { expect(existsSync(fixtures) && files.length > 50).toBe(true); });

  it.each(files.map((file, i) => [path.relative(fixtures, file), file, i] as const))('is read without failing, and what is told of it is short: %s', (_name, file, i) => {
    const bytes = new Uint8Array(readFileSync(file)).subarray(0, mostBytes), dice = new Dice(i + 1);
    for (let mutant = 0; mutant < mutantsOfEach; mutant++) {
      const { reader } = readAll(mutantOf(bytes, dice), dice);
      expect(reader.isDone).toBe(true);
      for (const problem of reader.problems.texts) expect(problem.length).toBeLessThan(2000);
    }
  });
});

describe('formats that stand in one file', () => {
  const otlp = (i: number): string => `{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"${'1'.repeat(32)}","spanId":"${String(i).padStart(16, '0')}","name":"span ${i}"}]}]}]}`;

  it('are read as the first of them, with text, other JSON and broken lines in between', () => {
    const between = ['INFO started', '{"level":"info","msg":"x"}', '{"a":', '{ not json }', '\u001b[31mred\u001b[0m', '[1,2,3]', '"text"', '{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"', '}}}', ']', '{"traceID":"x","spans":[]}', '\uFEFF', ''];
    const lines = Array.from({ length: 200 }, (_, i) => [otlp(i + 1), between[i % between.length]]).flat();
    for (const seed of [1, 2, 3, 4]) {
      const { names } = readAll(utf8(lines.join('\n')), new Dice(seed));
      expect(new Set(names)).toEqual(new Set(Array.from({ length: 200 }, (_, i) => `span ${i + 1}`)));
    }
  });
});
