import { describe, expect, it } from 'vitest';
import { Problems } from '../../../src/model/problems.ts';
import { SpanBatch } from '../../../src/model/spanBatch.ts';

describe('problems', () => {
  it('are told once each, the first twenty of them, with a count of the others', () => {
    const problems = new Problems();
    for (let i = 0; i < 50; i++) problems.add(`problem ${i % 25}`);
    expect([problems.texts.length, problems.texts[0], problems.moreCount > 0]).toEqual([20, 'problem 0', true]);
  });

  it('of several pieces are added up', () => {
    const all = new Problems();
    for (const count of [1, 0, 2]) {
      const batch = new SpanBatch();
      batch.report('values were cut');
      batch.tally(count, 'lines were passed over', 'line was passed over');
      batch.tally(count === 1 ? 1 : 0, 'records cannot be read');
      all.merge(batch.takeProblems());
      expect(batch.problems).toEqual([]);
    }
    expect(all.texts).toEqual(['values were cut', '3 lines were passed over']);
  });
});

describe('a batch whose rows were taken', () => {
  it('begins anew with empty rows, and keeps its resources', () => {
    const batch = new SpanBatch();
    batch.resources.push({ attributes: new Map(), schemaUrl: '', droppedAttributesCount: 0 });
    for (let i = 0; i < 300; i++) {
      const row = batch.addRow();
      batch.name[row] = batch.intern(`name ${i}`);
      batch.kind[row] = batch.opaque[row] = 3;
    }
    batch.forgetRows();
    expect([batch.count, [...batch.texts], batch.resources.length, batch.intern('name 7')]).toEqual([0, [''], 1, 1]);
    const row = batch.addRow();
    expect([row, batch.name[row], batch.kind[row], batch.opaque[row]]).toEqual([0, 0, 0, 0]);
  });
});
