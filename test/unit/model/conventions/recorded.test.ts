import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { spanRecordOf } from '../../../../src/collector/store/spanRecords.ts';
import { summaryOf } from '../../../../src/collector/store/summaries.ts';
import { TraceColumns } from '../../../../src/collector/store/traceColumns.ts';
import { OriginTable } from '../../../../src/collector/store/origins.ts';
import { RowInput } from '../../../../src/collector/store/rowInput.ts';
import type { Format } from '../../../../src/formats/format.ts';
import { formatById } from '../../../../src/formats/registry.ts';
import type { AgentMessage, AgentView } from '../../../../src/model/agent.ts';
import { statusCodes } from '../../../../src/model/span.ts';
import { metaStatus } from '../../../../src/model/traceRows.ts';
import { decoded, lenient } from '../../formats/batches.ts';

const folder = path.resolve(import.meta.dirname, '../../../fixtures/conventions/recorded');

/** The traces of a file, in the order in which they begin in it. */
function tracesOf(file: string): TraceColumns[] {
  const batch = decoded(formatById('otlp-json') as Format, new Uint8Array(readFileSync(path.join(folder, file))), lenient);
  const traces = new Map<string, TraceColumns>(), input = new RowInput(batch, new OriginTable());
  for (let row = 0; row < batch.count; row++) {
    input.read(row);
    const id = batch.texts[batch.traceId[row] as number] as string, trace = traces.get(id) ?? new TraceColumns(id);
    traces.set(id, trace);
    trace.append(input);
  }
  return [...traces.values()];
}

function told(trace: TraceColumns): string {
  const { label, errorCount, llmCalls, toolCalls, inputTokens, outputTokens, costUsd } = summaryOf(trace);
  const lines = [`trace ${label}: ${errorCount} failed, ${llmCalls} model calls, ${toolCalls} tools, ${inputTokens} in, ${outputTokens} out${costUsd === undefined ? '' : `, $${costUsd}`}`];
  const below = (parent: number): number[] => Array.from({ length: trace.count }, (_, row) => row).filter((row) => trace.parent[row] === parent).sort((a, b) => (trace.start[a] as number) - (trace.start[b] as number));
  const write = (row: number, indent: string): void => {
    lines.push(...linesOf(trace, row).map((line, i) => `${indent}${i === 0 ? '- ' : '    '}${line}`));
    for (const child of below(row)) write(child, `${indent}  `);
  };
  for (const root of below(-1)) write(root, '');
  return lines.join('\n');
}

/** Times are left out: they are of the machine that recorded. */
function linesOf(trace: TraceColumns, row: number): string[] {
  const { name, agent, failure } = spanRecordOf(trace, row), label = trace.texts.texts[trace.subject[row] as number] ?? '';
  const { inputMessages, outputMessages, sources: _sources, role, timeToFirstTokenNs, conversationId, ...rest } = (agent ?? {}) as Partial<AgentView>;
  const view = JSON.stringify(rest);
  return [
    `${name}${label === '' ? '' : ` [${label}]`} ${role ?? 'no step'}, ${statusCodes[metaStatus(trace.meta[row] as number)]}${failure === undefined ? '' : ` by ${failure.source}: ${failure.message}`}${timeToFirstTokenNs === undefined ? '' : ', first token'}${conversationId === undefined ? '' : ', conversation'}`,
    ...(view === '{}' ? [] : [view.slice(0, 400)]),
    ...[...inputMessages ?? [], ...outputMessages ?? []].map((message) => JSON.stringify(message satisfies AgentMessage).slice(0, 200)),
  ];
}

describe('spans of real libraries', () => {
  it.each(readdirSync(folder).filter((name) => name.endsWith('.jsonl')))('are read as before: %s', async (name) => {
    await expect(`${tracesOf(name).map(told).join('\n')}\n`).toMatchFileSnapshot(path.join(folder, name.replace(/\.jsonl$/, '.golden.txt')));
  });
});
