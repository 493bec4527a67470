import { roles } from '../model/role.ts';
import type { AttributeCondition, RunLimit, SpanBreakpoint } from '../protocol/live.ts';

export const mostBreakpoints = 1000, longestText = 500;
export const operators: readonly AttributeCondition['operator'][] = ['=', '!=', '>', '>=', '<', '<=', '~', 'exists'];
export const measures: readonly RunLimit['of'][] = ['tokens', 'seconds', 'steps'];
export const moments: readonly SpanBreakpoint['on'][] = ['start', 'end', 'error'];

type Fields = Readonly<Record<string, unknown>>;

/** The breakpoints in what was saved; what is none is left out. */
export function readBreakpoints(saved: unknown): readonly SpanBreakpoint[] {
  const found = new Map<string, SpanBreakpoint>();
  for (const item of Array.isArray(saved) ? saved.slice(0, mostBreakpoints) : []) {
    const breakpoint = breakpointIn(item);
    if (breakpoint !== undefined) found.set(breakpoint.id, breakpoint);
  }
  return [...found.values()];
}

function breakpointIn(item: unknown): SpanBreakpoint | undefined {
  if (!isFields(item)) return undefined;
  const id = textIn(item['id']), on = moments.find((moment) => moment === item['on']);
  if (id === undefined || on === undefined) return undefined;
  const name = textIn(item['name']), role = roles.find((each) => each === item['role']), tool = textIn(item['tool']), model = textIn(item['model']);
  const attribute = attributeIn(item['attribute']), hit = countIn(item['hit']), limit = limitIn(item['limit']);
  return {
    id, enabled: item['enabled'] !== false, on,
    ...(name === undefined ? {} : { name }), ...(role === undefined ? {} : { role }), ...(tool === undefined ? {} : { tool }), ...(model === undefined ? {} : { model }),
    ...(attribute === undefined ? {} : { attribute }), ...(hit === undefined ? {} : { hit }), ...(limit === undefined ? {} : { limit }),
  };
}

function attributeIn(value: unknown): AttributeCondition | undefined {
  if (!isFields(value)) return undefined;
  const key = textIn(value['key']), operator = operators.find((each) => each === value['operator']), wanted = textIn(value['value']);
  if (key === undefined || operator === undefined || (wanted === undefined && operator !== 'exists')) return undefined;
  return { key, operator, ...(wanted === undefined ? {} : { value: wanted }) };
}

function limitIn(value: unknown): RunLimit | undefined {
  if (!isFields(value)) return undefined;
  const of = measures.find((measure) => measure === value['of']), above = value['above'];
  return of === undefined || typeof above !== 'number' || !Number.isFinite(above) || above < 0 ? undefined : { of, above };
}

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
const textIn = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value.slice(0, longestText) : undefined);
const countIn = (value: unknown): number | undefined => (typeof value === 'number' && Number.isSafeInteger(value) && value > 1 ? value : undefined);
