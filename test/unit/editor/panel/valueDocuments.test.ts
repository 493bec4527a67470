import { describe, expect, it } from 'vitest';
import type { SpanRecord } from '../../../../src/model/records.ts';
import { valueText } from '../../../../src/editor/panel/valueDocuments.ts';

const withValue = (value: unknown): SpanRecord => ({ attributes: { key: value } }) as unknown as SpanRecord;

describe('a value as a document', () => {
  it('lays out JSON and keeps every digit of its numbers', () => {
    expect(valueText(withValue('{"id":12345678901234567890,"cost":0.10,"list":[1]}'), 'key')).toBe(
      '{\n  "id": 12345678901234567890,\n  "cost": 0.10,\n  "list": [\n    1\n  ]\n}',
    );
  });

  it('leaves other text alone', () => {
    expect(valueText(withValue('[not json'), 'key')).toBe('[not json');
    expect(valueText(withValue('plain'), 'key')).toBe('plain');
  });

  it('survives JSON that is nested too deep to be laid out', () => {
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    expect(valueText(withValue(deep), 'key')).toBe(deep);
  });

  it('is empty for a key that the span does not have', () => {
    expect(valueText(withValue('x'), 'toString')).toBe('');
  });
});
