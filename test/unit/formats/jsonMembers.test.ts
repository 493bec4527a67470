import { describe, expect, it } from 'vitest';
import { DecodeError } from '../../../src/formats/format.ts';
import { JsonMembers } from '../../../src/formats/jsonMembers.ts';
import { JsonReader } from '../../../src/formats/jsonReader.ts';
import { momentIn } from '../../../src/formats/recordSpans.ts';
import { utf8 } from './batches.ts';

const readerOf = (text: string, maxElements = 1000): JsonReader => { const bytes = utf8(text); return new JsonReader(bytes, 0, bytes.length, { isLenient: true, maxElements }); };

describe('members of an object', () => {
  it('are read in any order, and the reader stands behind the object afterwards', () => {
    const reader = readerOf('{"a":[{"x":1},2,{"x":3}],"b":{"c":"d"}} rest'), members = new JsonMembers(reader);
    expect(members.take('b')).toEqual(new Map([['c', 'd']]));
    const found: unknown[] = [];
    members.each('a', (item) => { found.push(item.takeObject().get('x')); });
    expect(found).toEqual([1, 3]);
    expect([members.take('none'), members.isList('a'), members.isObject('b'), members.has('c')]).toEqual([undefined, true, true, false]);
    members.leave();
    expect([reader.position, reader.depth]).toEqual([39, 0]);
  });

  it('are known up to where the object breaks off, and so are the items of the list in which it does', () => {
    const members = new JsonMembers(readerOf('{"a":1,"list":[{"x":1},{"x":2},{"x'));
    const found: unknown[] = [];
    members.each('list', (item) => { found.push(item.takeObject().get('x')); });
    expect([members.isBroken, members.take('a'), found]).toEqual([true, 1, [1, 2]]);
    expect(() => { members.leave(); }).toThrow(DecodeError);
  });

  it('count as elements once, however often they are passed over', () => {
    const members = new JsonMembers(readerOf('{"a":[1,2,3]}', 4));
    expect(members.take('a')).toEqual([1, 2, 3]);
  });
});

it('a moment is ISO text, or a number whose size tells its unit', () => {
  expect(['2026-09-21T13:33:20', '2026-09-21T13:33:20Z', 1789997600, '1789997600', 1789997600000, 1789997600000000, 1789997600000000000n, '1789997600000000000'].map(momentIn)).toEqual(Array.from({ length: 8 }, () => 1789997600000000000n));
  expect([1789997600.5, 1789997600000.25].map(momentIn)).toEqual([1789997600500000000n, 1789997600000250000n]);
  expect([null, undefined, '', 0, 'soon', true, '0001-01-01T00:00:00Z'].map(momentIn)).toEqual(Array.from({ length: 7 }, () => undefined));
});
