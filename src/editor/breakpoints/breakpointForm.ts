import { longestText, measures, operators } from '../../debug/savedBreakpoints.ts';
import { roleIcons, roleWords, roles } from '../../model/role.ts';
import type { AttributeCondition, RunLimit } from '../../protocol/live.ts';
import type { Display } from '../display.ts';
import type { BreakpointDraft } from './breakpointList.ts';
import { breakpointLabel, conditionWords, limitWords } from './breakpointWords.ts';

export interface Choice<T> { readonly label: string; readonly description?: string; readonly icon?: string; readonly value: T }

/** What is asked of the user; undefined when the user wants no more. */
export interface Asker {
  pick<T>(title: string, prompt: string, choices: readonly Choice<T>[]): Promise<T | undefined>;
  text(title: string, question: Question): Promise<string | undefined>;
}

/** `problemOf` says what is wrong with an answer. */
export interface Question { readonly prompt: string; readonly example: string; readonly value?: string; problemOf(text: string): string | undefined }

type Field = 'name' | 'tool' | 'role' | 'model' | 'attribute' | 'limit' | 'on' | 'hit';
type Change = (draft: BreakpointDraft) => BreakpointDraft;

const momentChoices: readonly Choice<BreakpointDraft['on']>[] = [
  { label: 'When it starts', icon: 'debug-start', value: 'start' },
  { label: 'When it ends', icon: 'debug-stop', value: 'end' },
  { label: 'When it fails', description: 'its status becomes error', icon: 'error', value: 'error' },
];
const measureWords: Readonly<Record<RunLimit['of'], string>> = { tokens: 'Tokens, in and out', seconds: 'Seconds', steps: 'Spans' };

/** Asks what a new breakpoint is to stop at. Undefined when the user gives up. */
export async function askNewBreakpoint(asker: Asker): Promise<BreakpointDraft | undefined> {
  const title = 'Add Span Breakpoint';
  const field = await asker.pick<Field | 'any'>(title, 'Where the program stops', [
    { label: 'Span by name…', description: 'exactly, or with * for anything', icon: 'symbol-string', value: 'name' },
    { label: 'Tool…', icon: roleIcons.tool, value: 'tool' },
    { label: 'Model…', icon: roleIcons.llm, value: 'model' },
    { label: 'Role…', description: 'agents, model calls, tools, …', icon: roleIcons.agent, value: 'role' },
    { label: 'Attribute…', description: 'http.response.status_code >= 500', icon: 'symbol-property', value: 'attribute' },
    { label: 'Run that takes too much…', description: 'tokens, seconds or spans', icon: 'dashboard', value: 'limit' },
    { label: 'Any span', icon: 'circle-outline', value: 'any' },
  ]);
  if (field === undefined) return undefined;
  const first = field === 'any' ? (draft: BreakpointDraft): BreakpointDraft => draft : await askField(asker, title, field, { on: 'start' });
  if (first === undefined) return undefined;
  const draft = first({ on: 'start' });
  // Tokens are known once a model call has ended; the others as soon as a span begins.
  if (field === 'limit') return { ...draft, on: draft.limit?.of === 'tokens' ? 'end' : 'start' };
  const on = await asker.pick(title, `${breakpointSubject(draft)}: when to stop`, momentsOf(draft));
  return on === undefined ? undefined : { ...draft, on };
}

/** Lets the user change one part of a breakpoint after the other, until all is well. Undefined when the user gives up. */
export async function askChanges(asker: Asker, before: BreakpointDraft, display: Display): Promise<BreakpointDraft | undefined> {
  const title = 'Edit Span Breakpoint';
  for (let draft = before; ;) {
    const field = await asker.pick<Field | 'save'>(title, `Stops when ${breakpointLabel({ id: '', enabled: true, ...draft }, display)}`, formOf(draft, display));
    if (field === undefined) return undefined;
    if (field === 'save') return draft;
    // Giving up one question goes back to the others.
    draft = (await askField(asker, title, field, draft))?.(draft) ?? draft;
  }
}

/** Most attributes are set while a span runs, which people do not think of. */
function momentsOf({ attribute }: BreakpointDraft): typeof momentChoices {
  return attribute === undefined ? momentChoices : momentChoices.map((choice) => (choice.value === 'start' ? { ...choice, description: 'with the attributes that it has from the start' } : choice));
}

function formOf(draft: BreakpointDraft, display: Display): readonly Choice<Field | 'save'>[] {
  const { on, name, tool, role, model, hit = 1 } = draft, whole = { id: '', enabled: true, ...draft };
  const any = 'any';
  return [
    { label: 'Save', icon: 'check', value: 'save' },
    { label: 'When', description: momentChoices.find(({ value }) => value === on)?.label.toLowerCase() ?? '', value: 'on' },
    { label: 'Name', description: name ?? any, value: 'name' },
    { label: 'Role', description: role === undefined ? any : roleWords[role].toLowerCase(), value: 'role' },
    { label: 'Tool', description: tool ?? any, value: 'tool' },
    { label: 'Model', description: model ?? any, value: 'model' },
    { label: 'Attribute', description: conditionWords(whole) ?? any, value: 'attribute' },
    { label: 'Count', description: hit === 1 ? 'every time' : `from time ${hit} on`, value: 'hit' },
    { label: 'Run limit', description: limitWords(whole, display) ?? 'none', value: 'limit' },
  ];
}

/** What an answer changes; undefined when the user gives none. */
async function askField(asker: Asker, title: string, field: Field, draft: BreakpointDraft): Promise<Change | undefined> {
  switch (field) {
    case 'name': return askText(asker, title, 'name', 'Name of the span; * stands for anything', 'plan*', draft);
    case 'tool': return askText(asker, title, 'tool', 'Name of the tool; * stands for anything', 'web_search', draft);
    case 'model': return askText(asker, title, 'model', 'Name of the model; * stands for anything', 'gpt-5*', draft);
    case 'on': {
      const on = await asker.pick(title, 'When to stop', momentsOf(draft));
      return on === undefined ? undefined : (before) => ({ ...before, on });
    }
    case 'role': {
      const role = await asker.pick(title, 'Which spans', [{ label: 'Any', value: '' as const }, ...roles.filter((each) => each !== 'other').map((each) => ({ label: roleWords[each], icon: roleIcons[each], value: each }))]);
      return role === undefined ? undefined : ({ role: _, ...rest }) => (role === '' ? rest : { ...rest, role });
    }
    case 'attribute': return askAttribute(asker, title, draft);
    case 'hit': {
      const text = await asker.text(title, { prompt: 'From which time on, counted in each program', example: '1', value: String(draft.hit ?? 1), problemOf: (value) => (isCount(value) ? undefined : 'A whole number from 1.') });
      return text === undefined ? undefined : ({ hit: _, ...rest }) => (Number(text) > 1 ? { ...rest, hit: Number(text) } : rest);
    }
    case 'limit': return askLimit(asker, title, draft);
  }
}

async function askText(asker: Asker, title: string, key: 'name' | 'tool' | 'model', prompt: string, example: string, draft: BreakpointDraft): Promise<Change | undefined> {
  const { [key]: value } = draft;
  const text = await asker.text(title, { prompt, example, ...(value === undefined ? {} : { value }), problemOf: (each) => lengthProblem(each) ?? (each.trim() === '' && value === undefined ? 'Write a name, or * for any.' : undefined) });
  if (text === undefined) return undefined;
  return ({ [key]: _, ...rest }) => (text.trim() === '' ? rest : { ...rest, [key]: text.trim() });
}

async function askAttribute(asker: Asker, title: string, { attribute }: BreakpointDraft): Promise<Change | undefined> {
  const value = attribute === undefined ? undefined : attributeText(attribute);
  const text = await asker.text(title, {
    prompt: `Key, alone or with ${operators.slice(0, -1).join(' ')} and a value`, example: 'http.response.status_code >= 500', ...(value === undefined ? {} : { value }),
    problemOf: (each) => lengthProblem(each) ?? (each.trim() === '' && value !== undefined ? undefined : attributeProblem(each)),
  });
  if (text === undefined) return undefined;
  const read = attributeIn(text);
  return ({ attribute: _, ...rest }) => (read === undefined ? rest : { ...rest, attribute: read });
}

async function askLimit(asker: Asker, title: string, { limit }: BreakpointDraft): Promise<Change | undefined> {
  const of = await asker.pick(title, 'Stop when a run has taken more than so many', [
    ...measures.map((each) => ({ label: measureWords[each], value: each })), ...(limit === undefined ? [] : [{ label: 'No limit', value: '' as const }]),
  ]);
  if (of === undefined) return undefined;
  if (of === '') return ({ limit: _, ...rest }) => rest;
  const text = await asker.text(title, {
    prompt: `${measureWords[of]} of a run, after which the program stops once`, example: of === 'tokens' ? '50000' : '30', ...(limit?.of === of ? { value: String(limit.above) } : {}),
    problemOf: (each) => (of === 'seconds' ? isAmount(each) ? undefined : 'A number from 0.' : isWhole(each) ? undefined : 'A whole number from 0.'),
  });
  return text === undefined ? undefined : (before) => ({ ...before, limit: { of, above: Number(text) } });
}

/** `key`, or `key operator value`; a value may stand in quotes. Undefined when it is neither. */
export function attributeIn(text: string): AttributeCondition | undefined {
  const match = /^([^\s=!<>~]{1,500})\s*(?:(!=|>=|<=|=|>|<|~)\s*(.*))?$/s.exec(text.trim());
  const key = match?.[1], operator = operators.find((each) => each === match?.[2]), value = (match?.[3] ?? '').replace(/^"(.*)"$/s, '$1');
  if (key === undefined) return undefined;
  if (operator === undefined) return { key, operator: 'exists' };
  return value === '' ? undefined : { key, operator, value };
}

const attributeText = ({ key, operator, value = '' }: AttributeCondition): string => (operator === 'exists' ? key : `${key} ${operator} ${value}`);

function attributeProblem(text: string): string | undefined {
  const read = attributeIn(text);
  if (read === undefined) return 'Write a key, or a key, an operator and a value.';
  return /^[<>]/.test(read.operator) && !Number.isFinite(Number(read.value)) ? `${read.operator} needs a number.` : undefined;
}

const breakpointSubject = ({ name, tool, model, role, attribute }: BreakpointDraft): string => name ?? tool ?? model ?? (role === undefined ? undefined : roleWords[role]) ?? (attribute === undefined ? 'Any span' : attributeText(attribute));
const lengthProblem = (text: string): string | undefined => (text.length > longestText ? `At most ${longestText} characters.` : undefined);
const isCount = (text: string): boolean => /^\d{1,9}$/.test(text.trim()) && Number(text) >= 1;
const isWhole = (text: string): boolean => /^\d{1,12}$/.test(text.trim());
const isAmount = (text: string): boolean => /^\d{1,12}(?:\.\d{1,6})?$/.test(text.trim());
