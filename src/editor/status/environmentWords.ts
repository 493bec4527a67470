import type { Prepared } from '../../debug/tracer.ts';
import { visibleName } from '../../model/visibleText.ts';
import type { Display } from '../display.ts';

/** What was set for the last program, in one line; none before there was one. */
export function environmentLine(prepared: Prepared | undefined, display: Display): string[] {
  if (prepared === undefined) return [];
  const { variables, kept } = prepared.environment;
  const others = kept.length === 0 ? '' : `, ${kept.map(({ name }) => name).join(', ')} left as it was`;
  return [`${visibleName(prepared.run.name)}: ${display.count(variables.size, 'variable')} set${others}`];
}

/** Where a program's own exporter sends its spans, when that is not here. */
export function elsewhereText({ run, environment: { elsewhere, variables } }: Prepared): string | undefined {
  if (elsewhere === undefined) return undefined;
  const where = elsewhere.value === '' ? 'nowhere' : `to ${visibleName(elsewhere.value)}`;
  const hook = variables.has('NODE_OPTIONS') || variables.has('PYTHONPATH') ? ' Spanscope watches beside it.' : '';
  return `${visibleName(run.name)} sends its spans ${where}: ${elsewhere.name} is set by ${visibleName(elsewhere.by)}.${hook}`;
}

/** One row for each variable that was set or left alone. The token is a secret, so it is not shown. */
export function environmentRows({ environment: { variables, kept } }: Prepared): { readonly name: string; readonly value: string; readonly note: string }[] {
  const shown = (name: string, value: string): string => (name === 'SPANSCOPE_TOKEN' ? '••••••••' : visibleName(value));
  return [
    ...[...variables].map(([name, value]) => ({ name, value: shown(name, value), note: 'set by Spanscope' })),
    ...kept.map(({ name, value, by }) => ({ name, value: shown(name, value), note: `left as ${visibleName(by)} has it` })),
  ];
}
