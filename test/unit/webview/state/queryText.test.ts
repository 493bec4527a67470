import { describe, expect, it } from 'vitest';
import { parseQuery } from '../../../../src/query/parse.ts';
import { quoted, removals, rolesIn, withRoleToggled, withTerm } from '../../../../webview/state/queryText.ts';

describe('a query that buttons change', () => {
  it('takes a role in and out again and leaves the rest alone', () => {
    const one = withRoleToggled('status:error', 'tool');
    expect(one).toBe('status:error role:tool');
    const two = withRoleToggled(one, 'llm');
    expect(two).toBe('status:error role:tool,llm');
    expect(rolesIn(two)).toEqual(['tool', 'llm']);
    expect(withRoleToggled(withRoleToggled(two, 'tool'), 'llm')).toBe('status:error');
  });

  it('gets a term once', () => {
    expect(withTerm(withTerm('a', 'name="x y"'), 'name="x y"')).toBe('a name="x y"');
  });

  it('offers what remains without each term', () => {
    expect(removals('role:tool -status:ok name:"de ploy"')).toEqual([
      { term: 'role:tool', rest: '-status:ok name:"de ploy"' },
      { term: '-status:ok', rest: 'role:tool name:"de ploy"' },
      { term: 'name:"de ploy"', rest: 'role:tool -status:ok' },
    ]);
    expect(removals('a OR b')).toEqual([]);
  });

  it.each(['plain', 'two words', 'say "hi" \\ (now)', ''])('can be written with the name %j', (name) => {
    expect(parseQuery(`name=${quoted(name)} x`).problem === undefined).toBe(name !== '');
  });
});
