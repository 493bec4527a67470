import { addAgentKit } from './addAgentKit.ts';
import { breakAtSpans } from './breakAtSpans.ts';
import { chart } from './chart.ts';
import { clear } from './clear.ts';
import { clearHighlight } from './clearHighlight.ts';
import type { Command } from './command.ts';
import { copyEnvironment } from './copyEnvironment.ts';
import { copySpanId, copyTraceId } from './copyIds.ts';
import { copyLink } from './copyLink.ts';
import { deleteTrace } from './deleteTrace.ts';
import { copyAsMarkdown, exportMatching, exportSubtree, exportTrace } from './exportTrace.ts';
import { clearFilter, filterTraces } from './filterTraces.ts';
import { groupByService, groupByTest, groupByTime } from './groupTraces.ts';
import { importFile, importFolder } from './importFile.ts';
import { lineBreakpoints } from './lineBreakpoints.ts';
import { loadMore } from './loadMore.ts';
import { mapPath } from './mapPath.ts';
import { openAsTrace } from './openAsTrace.ts';
import { openSettings } from './openSettings.ts';
import { openTestTrace } from './openTestTrace.ts';
import { openTrace, openTraceBeside } from './openTrace.ts';
import { openWalkthrough } from './openWalkthrough.ts';
import { pasteTrace } from './pasteTrace.ts';
import { revealSource, revealSourceBeside } from './revealSource.ts';
import { runDemo } from './runDemo.ts';
import { runFile } from './runFile.ts';
import { searchSpans } from './searchSpans.ts';
import { showElsewhere } from './showElsewhere.ts';
import { showEnvironment } from './showEnvironment.ts';
import { showLog } from './showLog.ts';
import { showMenu } from './showMenu.ts';
import { spanBreakpoints } from './spanBreakpoints.ts';
import { showSpansHere } from './showSpansHere.ts';
import { showFrameOfSpan, showSpanOfFrame } from './standing.ts';
import { startReceiver } from './startReceiver.ts';
import { stopReceiver } from './stopReceiver.ts';
import { traceFiles } from './traceFiles.ts';
import { useOtherPort } from './useOtherPort.ts';

/** Every command of the extension. */
export const commands: readonly Command[] = [
  addAgentKit, ...breakAtSpans, ...chart, clear, clearFilter, clearHighlight, copyAsMarkdown, copyEnvironment, copyLink, copySpanId, copyTraceId, deleteTrace, exportMatching, exportSubtree, exportTrace, filterTraces,
  groupByService, groupByTest, groupByTime, importFile, importFolder, loadMore, mapPath, openAsTrace, openSettings, openTestTrace, openTrace, openTraceBeside, openWalkthrough, revealSource,
  revealSourceBeside, runDemo, runFile, searchSpans, showElsewhere, showEnvironment, showFrameOfSpan, showLog, showMenu, showSpanOfFrame, showSpansHere, startReceiver, stopReceiver, pasteTrace, ...lineBreakpoints, ...spanBreakpoints, ...traceFiles, useOtherPort,
];
