import { labelOf, summaryOf } from '../../model/conventions/registry.ts';
import { roles } from '../../model/role.ts';
import { spanKinds } from '../../model/span.ts';
import type { RowFigures } from '../../model/traceRows.ts';
import type { StepContent } from './stepContent.ts';

/** What the columns hold of an agent's step. */
export interface Step {
  /** Index in `roles`. */
  readonly role: number;
  readonly subject: string;
  readonly figures: RowFigures | undefined;
  /** The id of a model's answer, '' when there is none. */
  readonly answerId: string;
}

export const noStep: Step = { role: 0, subject: '', figures: undefined, answerId: '' };

/** Reads the agent's step that a span is, if it is one. Logs that name the span are not looked at. */
export function readStep(name: string, kind: number, scopeName: string, content: StepContent): Step {
  const input = { name, kind: spanKinds[kind] ?? 'unspecified', scopeName, attributes: content.attributes, events: content.events, logs: [] };
  const view = summaryOf(input), subject = labelOf(input, view) ?? '';
  if (view === undefined) return subject === '' ? noStep : { ...noStep, subject };
  const { inputTokens = Number.NaN, outputTokens = Number.NaN, cacheReadTokens = Number.NaN, costUsd = Number.NaN } = view;
  const hasFigures = !(Number.isNaN(inputTokens) && Number.isNaN(outputTokens) && Number.isNaN(cacheReadTokens) && Number.isNaN(costUsd));
  return {
    role: roles.indexOf(view.role),
    subject,
    answerId: view.role === 'llm' ? view.responseId ?? '' : '',
    figures: hasFigures ? { inputTokens, outputTokens, cacheReadTokens, costUsd } : undefined,
  };
}
