import * as vscode from 'vscode';
import type { TraceOverview } from '../../model/records.ts';
import { traceNameOf } from '../../model/traceKey.ts';
import { visibleName } from '../../model/visibleText.ts';
import type { Collector } from '../collector/collectorHost.ts';
import type { OpenFiles } from '../files/openFiles.ts';
import type { Log } from '../log.ts';
import type { TracePanels } from '../panel/tracePanels.ts';
import { traceLabel } from '../traces/traceRow.ts';
import { readTraceLink } from './traceLink.ts';
import type { LinkTarget } from './traceLink.ts';

/** What is needed to follow a link. */
export interface LinkServices {
  readonly collector: Collector;
  readonly files: Pick<OpenFiles, 'files'>;
  readonly panels: Pick<TracePanels, 'show'>;
  readonly log: Log;
}

interface Found { readonly summary: TraceOverview; readonly spanName: string | undefined }

const longestName = 120;
let isAsking = false;

/** Shows what a link from outside leads to, once the user has agreed. Of several at a time only the first asks. */
export async function openLink(services: LinkServices, uri: vscode.Uri): Promise<void> {
  if (isAsking) return;
  isAsking = true;
  try {
    await follow(services, uri);
  } catch (error) {
    services.log.error('A link could not be followed', error);
    await vscode.window.showErrorMessage('The link could not be followed. The log says why.');
  } finally {
    isAsking = false;
  }
}

async function follow(services: LinkServices, uri: vscode.Uri): Promise<void> {
  const target = readTraceLink(uri);
  if (target === undefined) {
    await vscode.window.showWarningMessage('This link is no link to a trace. One looks like …/trace/ and 32 hex digits, then perhaps /span/ and 16.');
    return;
  }
  const found = await find(services, target);
  if (found === undefined) return tellUnknown(target);
  const { traceId } = found.summary, { message, detail } = questionOf(target, found);
  if (await vscode.window.showInformationMessage(message, { modal: true, detail }, 'Open') !== 'Open') return;
  await services.panels.show(traceId, target.spanId === undefined || found.spanName === undefined ? {} : { spanId: target.spanId });
}

/** Among received traces first, then among those of open files. */
async function find({ collector, files }: LinkServices, { traceId, spanId }: LinkTarget): Promise<Found | undefined> {
  const summary = await collector.call('summaryOf', traceId)
    ?? files.files.flatMap(({ traces }) => traces).find((each) => traceNameOf(each.traceId).traceId === traceId);
  if (summary === undefined) return undefined;
  return { summary, spanName: spanId === undefined ? undefined : (await collector.call('spanById', summary.traceId, spanId))?.name };
}

/** What is asked: what the trace and the span are called here, never a word of the link. */
function questionOf({ spanId }: LinkTarget, { summary, spanName }: Found): { readonly message: string; readonly detail: string } {
  const name = shortened(traceLabel(summary));
  const span = spanId === undefined ? [] : [spanName === undefined ? `It names the span ${spanId}, which is not in this trace.` : `Span: ${shortened(visibleName(spanName) || spanId)}`];
  const services = summary.services.length === 0 ? [] : [`Services: ${shortened(summary.services.map(visibleName).join(', '))}`];
  return {
    message: `Open the trace “${name}”?`,
    detail: ['A link from outside the editor leads there.', '', ...span, ...services, `Trace ID: ${traceNameOf(summary.traceId).traceId}`].join('\n'),
  };
}

async function tellUnknown({ traceId }: LinkTarget): Promise<void> {
  const open = 'Open Trace File…', copy = 'Copy Trace ID';
  const chosen = await vscode.window.showWarningMessage(
    `The trace ${traceId} is not here. It was deleted, or it belongs to another workspace: open the folder that its program ran in and follow the link there, or open its trace file.`, open, copy,
  );
  if (chosen === open) await vscode.commands.executeCommand('spanscope.importFile');
  else if (chosen === copy) await vscode.env.clipboard.writeText(traceId);
}

const shortened = (text: string): string => (text.length > longestName ? `${text.slice(0, longestName)}…` : text);
