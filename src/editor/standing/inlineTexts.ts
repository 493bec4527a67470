import type { SpanRecord } from '../../model/records.ts';
import { visibleName } from '../../model/visibleText.ts';
import type { Display } from '../display.ts';

const longest = 60;

/** What is worth seeing of a span at the end of a line: one short text each, without line breaks. */
export function inlineTexts({ name, agent }: Pick<SpanRecord, 'name' | 'agent'>, { numbers }: Display): readonly string[] {
  const { model, toolName, toolArguments, inputTokens = Number.NaN, outputTokens = Number.NaN } = agent ?? {};
  const tokens = Number.isNaN(inputTokens) && Number.isNaN(outputTokens) ? undefined : numbers.tokenFlow(inputTokens, outputTokens);
  const facts: readonly (readonly [string, unknown])[] = [['span', name], ['model', model], ['tokens', tokens], ['tool', toolName === name ? undefined : toolName], ['arguments', toolArguments]];
  return facts.flatMap(([what, value]) => (value === undefined || value === '' ? [] : [`${what}: ${short(value)}`]));
}

function short(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value) ?? '';
  // More than enough to shorten, so that long values cost nothing.
  const shown = visibleName(text.slice(0, longest * 4).replaceAll(/\s+/g, ' ').trim());
  return shown.length > longest || text.length > longest * 4 ? `${shown.slice(0, longest - 1).trimEnd()}…` : shown;
}

const identifier = /(?<![\w$.])[A-Za-z_$][\w$]*/g;

/** Where names stand in a line that may be variables: columns from and to, and the name. */
export const namesIn = (line: string): readonly (readonly [from: number, to: number, name: string])[] =>
  Array.from(line.matchAll(identifier), ({ index, 0: name }) => [index, index + name.length, name] as const);
