import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../../launcher/paths.ts';
import type { TracePanel } from '../pages/tracePanel.ts';

const code = readFileSync(path.join(root, 'node_modules/axe-core/axe.min.js'), 'utf8');

interface Violation { readonly id: string; readonly help: string; readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[] }

/** What axe finds in the page of a panel, as lines to read; rows that do not match a filter are pale on purpose. */
export async function findings(panel: TracePanel): Promise<string[]> {
  const frame = await panel.page();
  await frame.evaluate(code);
  const violations = await frame.evaluate<Violation[]>(
    `axe.run({ exclude: [['.table-row.dim']] }, { rules: { region: { enabled: false } } }).then(({ violations }) => violations.map(({ id, help, nodes }) => ({ id, help, nodes: nodes.map(({ html, failureSummary }) => ({ html, failureSummary })) })))`,
  );
  return violations.flatMap(({ id, help, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${help}\n  ${html.slice(0, 200)}\n  ${failureSummary ?? ''}`));
}
