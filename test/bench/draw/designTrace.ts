import { roleWords, roles } from '../../../src/model/role.ts';
import { markBit } from '../../../src/model/span.ts';
import type { Mark } from '../../../src/model/span.ts';
import { cycle } from '../../../webview/flame/palette.ts';
import type { Role } from '../../../src/model/role.ts';
import { packMeta } from '../../../src/model/traceRows.ts';
import type { RowFigures } from '../../../src/model/traceRows.ts';
import { emptyRows } from '../drawTraces.ts';
import type { GrowingRows } from '../drawTraces.ts';

interface Drawing { readonly rows: GrowingRows; readonly texts: readonly string[]; readonly figures: ReadonlyMap<number, RowFigures>; readonly rowOf: ReadonlyMap<string, number> }

type Line = readonly [id: string, parent: string, role: Role, label: string, start: number, end: number | null, extra?: { tokens?: readonly [input: number, output: number]; failed?: true; repeats?: number; name?: string; mark?: Mark }];

/** The run that the design shows: seconds, some of them still open at 38.4 s. */
const lines: readonly Line[] = [
  ['root', '', 'agent', 'fix-rounding', 0, null, { name: 'invoke_agent fix-rounding' }],
  ['guard', 'root', 'guardrail', 'input_check', 0.05, 0.42],
  ['plan', 'root', 'llm', 'claude-sonnet-4-5', 0.45, 4.62, { tokens: [2140, 412], name: 'chat claude-sonnet-4-5' }],
  ['decision', 'root', 'decision', 'delegate', 4.64, 4.74],
  ['researcher', 'root', 'agent', 'researcher', 4.8, 21.9, { name: 'invoke_agent researcher' }],
  ['r1', 'researcher', 'llm', 'gpt-5-mini', 4.95, 8.1, { tokens: [1820, 236] }],
  ['search', 'researcher', 'tool', 'search_docs', 8.2, 10.9],
  ['index1', 'researcher', 'retriever', 'code_index', 8.2, 9.9],
  ['embed1', 'index1', 'embedding', 'text-embedding-3-small', 8.25, 8.74],
  ['rows1', 'index1', 'other', 'SELECT chunks', 8.78, 9.85],
  ['read', 'researcher', 'tool', 'read_file', 8.25, 9.62, { repeats: 6 }],
  ['get', 'researcher', 'tool', 'http_get', 8.3, 11.6],
  ['r2', 'researcher', 'llm', 'gpt-5-mini', 11.8, 16.4, { tokens: [9640, 388] }],
  ['notes1', 'researcher', 'memory', 'write notes', 16.45, 16.86],
  ['index2', 'researcher', 'retriever', 'code_index', 16.9, 18.0],
  ['embed2', 'index2', 'embedding', 'text-embedding-3-small', 16.95, 17.32],
  ['rows2', 'index2', 'other', 'SELECT chunks', 17.36, 17.96],
  ['r3', 'researcher', 'llm', 'gpt-5-mini', 18.1, 21.6, { tokens: [11200, 640] }],
  ['coder', 'root', 'agent', 'coder', 4.9, null, { name: 'invoke_agent coder' }],
  ['i1', 'coder', 'chain', 'iteration 1', 5.0, 17.2],
  ['c1', 'i1', 'llm', 'claude-sonnet-4-5', 5.1, 9.3, { tokens: [6310, 905] }],
  ['patch1', 'i1', 'tool', 'apply_patch', 9.4, 10.1],
  ['tests1', 'i1', 'tool', 'run_tests', 10.2, 15.8, { failed: true, name: 'execute_tool run_tests' }],
  ['pytest1', 'tests1', 'other', 'pytest -q', 10.32, 15.74],
  ['score', 'i1', 'evaluator', 'patch_score', 15.9, 17.1],
  ['i2', 'coder', 'chain', 'iteration 2', 17.3, 31.0],
  ['notes2', 'i2', 'memory', 'read notes', 17.35, 17.64],
  ['c2', 'i2', 'llm', 'claude-sonnet-4-5', 17.7, 22.4, { tokens: [13480, 1120] }],
  ['lint', 'i2', 'tool', 'lint', 22.5, 24.0],
  ['patch2', 'i2', 'tool', 'apply_patch', 22.5, 23.2],
  ['types', 'i2', 'tool', 'typecheck', 22.55, 25.2],
  ['tests2', 'i2', 'tool', 'run_tests', 25.3, 30.6],
  ['pytest2', 'tests2', 'other', 'pytest -q', 25.42, 30.54],
  ['i3', 'coder', 'chain', 'iteration 3', 31.1, null],
  ['c3', 'i3', 'llm', 'claude-sonnet-4-5', 31.2, null, { tokens: [15260, 274] }],
];

export const designNow = 38.4e9;

/** Every state of a bar, and every role. */
const states: readonly Line[] = [
  ['normal', '', 'llm', 'claude-sonnet-4-5', 0, 4.7, { tokens: [13480, 1120] }],
  ['hover', '', 'llm', 'hovered', 0, 4.7, { tokens: [13480, 1120] }],
  ['ancestor', '', 'agent', 'coder', 0, 4.7],
  ['selected', 'ancestor', 'llm', 'selected', 0, 4.7, { tokens: [13480, 1120] }],
  ['error', '', 'tool', 'run_tests', 0, 4.7, { failed: true }],
  ['open', '', 'llm', 'claude-sonnet-4-5', 0, null],
  ['waiting', '', 'other', '8f2a41c0', 0, 4.7, { mark: 'placeholder' }],
  ['folded', '', 'tool', 'read_file', 0, 4.7, { repeats: 6 }],
  ...cycle.map((role, i): Line => [role, '', role, roleWords[role], (i % 2) * 2.4, (i % 2) * 2.4 + 2.3]),
];

/** The columns of the design's run, and the row of each of its spans. */
export const designTrace = (): Drawing => drawing(lines);
export const statesTrace = (): Drawing => drawing(states);

function drawing(list: readonly Line[]): Drawing {
  const rows = emptyRows(64), texts = [''], figures = new Map<number, RowFigures>(), rowOf = new Map<string, number>();
  const text = (value: string): number => (texts.includes(value) ? texts.indexOf(value) : texts.push(value) - 1);
  for (const [id, parent, role, label, start, end, extra = {}] of list) {
    for (let i = 0; i < (extra.repeats ?? 1); i++) {
      const row = rows.count++, begin = start + i * 0.01;
      rowOf.set(id, rowOf.get(id) ?? row);
      rows.parent[row] = rowOf.get(parent) ?? -1;
      rows.start[row] = begin * 1e9;
      rows.duration[row] = end === null ? NaN : (end - begin) * 1e9;
      rows.marks[row] = (end === null ? markBit('open') : 0) | (extra.mark ? markBit(extra.mark) : 0);
      rows.name[row] = text(extra.name ?? label);
      rows.subject[row] = extra.name === undefined ? 0 : text(label);
      rows.meta[row] = packMeta(roles.indexOf(role), 1, extra.failed ? 2 : 0);
      if (extra.tokens) figures.set(row, { inputTokens: extra.tokens[0], outputTokens: extra.tokens[1], cacheReadTokens: 0, costUsd: NaN });
    }
  }
  return { rows, texts, figures, rowOf };
}
