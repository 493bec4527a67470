import { describe, expect, it } from 'vitest';
import { itemOf } from '../../../../src/editor/traces/treeItems.ts';
import { TreeItemCollapsibleState } from '../../../support/vscode.ts';

const descriptionOf = (label: string): unknown =>
  itemOf({ label, description: '900 ms', icon: 'tools', colour: 'spanscope.roleIcon.tool', spoken: label }, 'id', TreeItemCollapsibleState.None).description;

describe('a row of a tree', () => {
  it('keeps its figures in their order beside a name that is written from right to left', () => {
    expect(descriptionOf('search_trains')).toBe('900 ms');
    expect(descriptionOf('البحث عن القطارات')).toBe('\u200E900 ms');
    expect(descriptionOf('חיפוש')).toBe('\u200E900 ms');
  });
});
