import { describe, expect, it } from 'vitest';
import { askChanges, askNewBreakpoint, attributeIn } from '../../../../src/editor/breakpoints/breakpointForm.ts';
import type { Asker } from '../../../../src/editor/breakpoints/breakpointForm.ts';
import type { BreakpointDraft } from '../../../../src/editor/breakpoints/breakpointList.ts';
import { breakpointRow, breakpointTooltip, idleText } from '../../../../src/editor/breakpoints/breakpointRow.ts';
import { breakpointLabel } from '../../../../src/editor/breakpoints/breakpointWords.ts';
import { Display } from '../../../../src/editor/display.ts';

const display = new Display('en');
const label = (draft: BreakpointDraft): string => breakpointLabel({ id: 'a', enabled: true, ...draft }, display);

/** Answers by the labels of choices and by texts, in turn; an answer that the box would refuse is a failure. */
function answering(...answers: readonly string[]): { readonly asker: Asker; readonly asked: string[] } {
  const left = [...answers], asked: string[] = [];
  return {
    asked,
    asker: {
      pick(_title, prompt, choices) {
        asked.push(prompt);
        const answer = left.shift();
        const chosen = choices.find((choice) => choice.label === answer);
        if (answer !== undefined && answer !== 'Esc' && chosen === undefined) throw new Error(`no choice "${answer}" among ${choices.map((choice) => choice.label).join(', ')}`);
        return Promise.resolve(chosen?.value);
      },
      text(_title, { prompt, problemOf }) {
        asked.push(prompt);
        const answer = left.shift();
        if (answer === undefined || answer === 'Esc') return Promise.resolve(undefined);
        const problem = problemOf(answer);
        if (problem !== undefined) throw new Error(problem);
        return Promise.resolve(answer);
      },
    },
  };
}

const added = (...answers: readonly string[]): Promise<BreakpointDraft | undefined> => askNewBreakpoint(answering(...answers).asker);
const changed = (before: BreakpointDraft, ...answers: readonly string[]): Promise<BreakpointDraft | undefined> => askChanges(answering(...answers).asker, before, display);

describe('a breakpoint in words', () => {
  it('says where it stops', () => {
    expect(label({ on: 'error', tool: 'web_search' })).toBe('tool web_search fails');
    expect(label({ on: 'start', name: 'plan*', hit: 3 })).toBe('span named plan* starts, from the 3rd on');
    expect(label({ on: 'end', role: 'llm', model: 'gpt-5*' })).toBe('model call with gpt-5* ends');
    expect(label({ on: 'start', role: 'other' })).toBe('span starts');
    expect(label({ on: 'start' })).toBe('any span starts');
    expect(label({ on: 'end', attribute: { key: 'http.response.status_code', operator: '>=', value: '500' } })).toBe('span with http.response.status_code ≥ 500 ends');
    expect(label({ on: 'start', role: 'tool', attribute: { key: 'retry', operator: 'exists' } })).toBe('tool that has retry starts');
    expect(label({ on: 'end', limit: { of: 'tokens', above: 10_000 } })).toBe('run passes 10,000 tokens');
    expect(label({ on: 'start', tool: 'search', limit: { of: 'seconds', above: 1 } })).toBe('tool search starts, once its run has passed 1.00\u00a0s');
    expect(label({ on: 'start', limit: { of: 'seconds', above: 1.5 } })).toBe('run passes 1.50\u00a0s');
    expect([1, 30].map((above) => label({ on: 'start', limit: { of: 'steps', above } }))).toEqual(['run passes 1 span', 'run passes 30 spans']);
  });

  it('shows what poses as something else', () => {
    expect(label({ on: 'start', name: 'a\u202eb\nc' })).toBe(String.raw`span named a\u202eb\nc starts`);
    expect(label({ on: 'start', name: 'x'.repeat(300) }).length).toBeLessThan(100);
  });

  it('is a row with its hits, and one with which a program stands', () => {
    const one = { id: 'a', enabled: true, on: 'error', tool: 'web_search' } as const;
    expect(breakpointRow(one, { hits: 0, isStanding: false }, display)).toMatchObject({ label: 'Tool web_search fails', description: '', icon: 'debug-breakpoint' });
    expect(breakpointRow(one, { hits: 2, isStanding: true }, display)).toMatchObject({ description: 'stopped here · 2 hits', icon: 'debug-stackframe', spoken: 'Tool web_search fails, on, stopped here · 2 hits' });
    expect(breakpointRow({ ...one, enabled: false, hit: 2 }, { hits: 1, isStanding: false }, display)).toMatchObject({ icon: 'debug-breakpoint-conditional-disabled', spoken: 'Tool web_search fails, from the 2nd on, off, 1 hit' });
    const begins = { id: 'a', enabled: true, on: 'start', attribute: { key: 'retry', operator: 'exists' } } as const;
    expect([breakpointTooltip(begins, 0, display), breakpointTooltip({ ...begins, on: 'end' }, 0, display)].map((lines) => lines.some((line) => line.includes('few of its attributes')))).toEqual([true, false]);
    expect(breakpointTooltip({ id: 'a', enabled: true, on: 'end', role: 'tool' }, 0, display)).toEqual(['The debugger stops when tool ends.', 'Not met in this debug session.']);
    expect(breakpointTooltip({ ...one, hit: 2 }, 1, display)).toEqual(['The debugger stops when tool web_search fails, from the 2nd on.', 'In names upper and lower case are the same; * stands for anything.', 'Counted in each program.', 'Met 1 time in this debug session.']);
  });

  it('says why it stops nothing now', () => {
    const now = { isTrusted: true, isAnyOn: true, isDebugging: true, programs: 1 };
    expect(idleText(now)).toBeUndefined();
    expect(idleText({ ...now, programs: 0 })).toMatch(/^Nothing to stop yet/);
    for (const programs of [0, 1]) expect(idleText({ ...now, programs, isDebugging: false })).toMatch(/Press F5/);
    expect(idleText({ ...now, isAnyOn: false })).toBe('All are off.');
    expect(idleText({ ...now, isTrusted: false })).toMatch(/^Restricted mode/);
  });
});

describe('adding a breakpoint', () => {
  it('asks what, and when', async () => {
    expect(await added('Span by name…', ' plan* ', 'When it ends')).toEqual({ on: 'end', name: 'plan*' });
    expect(await added('Tool…', 'web_search', 'When it fails')).toEqual({ on: 'error', tool: 'web_search' });
    expect(await added('Model…', 'gpt*', 'When it starts')).toEqual({ on: 'start', model: 'gpt*' });
    expect(await added('Role…', 'Guardrail', 'When it starts')).toEqual({ on: 'start', role: 'guardrail' });
    expect(await added('Attribute…', 'a.b >= 5', 'When it ends')).toEqual({ on: 'end', attribute: { key: 'a.b', operator: '>=', value: '5' } });
    expect(await added('Any span', 'When it fails')).toEqual({ on: 'error' });
  });

  it('stops a run where it is known to have taken too much', async () => {
    expect(await added('Run that takes too much…', 'Tokens, in and out', '50000')).toEqual({ on: 'end', limit: { of: 'tokens', above: 50_000 } });
    expect(await added('Run that takes too much…', 'Seconds', '1.5')).toEqual({ on: 'start', limit: { of: 'seconds', above: 1.5 } });
  });

  it('adds nothing when the user gives up at any question', async () => {
    for (const answers of [['Esc'], ['Tool…', 'Esc'], ['Tool…', 'x', 'Esc'], ['Role…', 'Esc'], ['Run that takes too much…', 'Esc'], ['Run that takes too much…', 'Seconds', 'Esc'], ['Attribute…', 'Esc']]) expect(await added(...answers)).toBeUndefined();
  });

  it('refuses what is no answer', async () => {
    await expect(added('Tool…', ' ')).rejects.toThrow('Write a name');
    await expect(added('Attribute…', 'a >= five')).rejects.toThrow('>= needs a number.');
    await expect(added('Attribute…', '= 5')).rejects.toThrow('Write a key');
    await expect(added('Run that takes too much…', 'Seconds', 'many')).rejects.toThrow('A number from 0.');
    await expect(added('Run that takes too much…', 'Spans', '1.5')).rejects.toThrow('A whole number from 0.');
    await expect(added('Span by name…', 'x'.repeat(501))).rejects.toThrow('At most 500 characters.');
  });
});

describe('editing a breakpoint', () => {
  const before: BreakpointDraft = { on: 'start', name: 'plan', hit: 2 };

  it('changes one part after the other until it is saved', async () => {
    expect(await changed(before, 'When', 'When it fails', 'Name', '', 'Tool', 'search', 'Count', '1', 'Attribute', 'retry', 'Run limit', 'Spans', '30', 'Save'))
      .toEqual({ on: 'error', tool: 'search', attribute: { key: 'retry', operator: 'exists' }, limit: { of: 'steps', above: 30 } });
    expect(await changed({ on: 'end', role: 'tool', attribute: { key: 'a', operator: '=', value: 'b' }, limit: { of: 'steps', above: 1 } }, 'Role', 'Any', 'Attribute', '', 'Run limit', 'No limit', 'Count', '4', 'Save')).toEqual({ on: 'end', hit: 4 });
  });

  it('says at every question what it would be', async () => {
    const { asker, asked } = answering('Count', '3', 'Save');
    await askChanges(asker, before, display);
    expect(asked.filter((prompt) => prompt.startsWith('Stops'))).toEqual(['Stops when span named plan starts, from the 2nd on', 'Stops when span named plan starts, from the 3rd on']);
  });

  it('goes back from one question, and leaves all as it was when the user gives up', async () => {
    expect(await changed(before, 'Count', 'Esc', 'Save')).toEqual(before);
    expect(await changed(before, 'Count', '5', 'Esc')).toBeUndefined();
  });

  it('reads conditions with and without spaces and quotes', () => {
    expect(attributeIn('a=b')).toEqual({ key: 'a', operator: '=', value: 'b' });
    expect(attributeIn('a != "b c"')).toEqual({ key: 'a', operator: '!=', value: 'b c' });
    expect(attributeIn(' gen_ai.tool.name ~ search ')).toEqual({ key: 'gen_ai.tool.name', operator: '~', value: 'search' });
    expect(attributeIn('a <= 3')).toEqual({ key: 'a', operator: '<=', value: '3' });
    expect(attributeIn('a')).toEqual({ key: 'a', operator: 'exists' });
    for (const text of ['', '=', 'a =', 'a b', '> 5']) expect(attributeIn(text)).toBeUndefined();
  });
});
