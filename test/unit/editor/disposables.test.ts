import { describe, expect, it } from 'vitest';
import { Disposables } from '../../../src/editor/disposables.ts';

describe('disposables', () => {
  it('are given back once, last first, and at once when they come late', () => {
    const gone: string[] = [];
    const item = (name: string): { dispose(): void } => ({ dispose: () => { gone.push(name); } });
    const owner = new Disposables();
    owner.add(item('first'));
    owner.add(item('second'));
    owner.dispose();
    owner.dispose();
    owner.add(item('late'));
    expect(gone).toEqual(['second', 'first', 'late']);
  });
});
