import * as vscode from 'vscode';
import { traceNameOf } from '../../model/traceKey.ts';
import { traceLinkTo } from '../links/traceLink.ts';
import type { Selected } from '../selection.ts';
import type { Services } from '../services.ts';
import type { Command } from './command.ts';
import { namedSpanOf, traceIdOf } from './targets.ts';

/** Copies the link to the row that it is called on; from the palette to the selected span, else to the trace that is looked at. Gives the link. */
export const copyLink: Command = {
  id: 'spanscope.copyLink',
  async run(services, target) {
    const linked = await linkedOf(services, target);
    if (linked === undefined) return undefined;
    const { traceId } = traceNameOf(linked.traceId);
    const link = traceLinkTo({ ...linked, traceId }, vscode.env.uriScheme);
    if (link === undefined) throw new Error('There are links to traces and spans with ids of 32 and 16 hex digits alone, and this one has others.');
    await vscode.env.clipboard.writeText(link);
    vscode.window.setStatusBarMessage('$(check) Copied the link', 3000);
    return link;
  },
};

async function linkedOf(services: Services, target: unknown): Promise<Selected | undefined> {
  const span = await namedSpanOf(services, target);
  if (span !== undefined) return span;
  if (target === undefined) return services.selection.current;
  const traceId = traceIdOf(services, target);
  return traceId === undefined ? undefined : { traceId };
}
