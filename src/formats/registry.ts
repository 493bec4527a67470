import type { Format } from './format.ts';
import { atif } from './atif.ts';
import { chrome } from './chrome.ts';
import { claudeCode } from './claudeCode.ts';
import { codex } from './codex.ts';
import { copilotLog } from './copilotLog.ts';
import { goStdout } from './goStdout.ts';
import { jaeger } from './jaeger.ts';
import { javaLogging } from './javaLogging.ts';
import { jsSpans } from './jsSpans.ts';
import { langfuse } from './langfuse.ts';
import { langSmith } from './langSmith.ts';
import { live } from './live.ts';
import { logfireBackup } from './logfireBackup.ts';
import { mlflow } from './mlflow.ts';
import { nodeConsole } from './nodeConsole.ts';
import { openAiAgents } from './openAiAgents.ts';
import { opencode } from './opencode.ts';
import { opencodeExport } from './opencodeExport.ts';
import { otlpJson, otlpJsonLines } from './otlpJson.ts';
import { otlpProtobuf } from './otlpProtobuf.ts';
import { phoenix } from './phoenix.ts';
import { pythonPrint } from './pythonPrint.ts';
import { pythonSpans } from './pythonSpans.ts';
import { speedscope } from './speedscope.ts';
import { tutorial } from './tutorial.ts';
import { weave } from './weave.ts';
import { zipkin } from './zipkin.ts';

/** Every trace format. The order decides between formats that are equally sure of an input. */
export const formats: readonly Format[] = [otlpProtobuf, otlpJson, otlpJsonLines, tutorial, live, jaeger, zipkin, phoenix, langSmith, langfuse, mlflow, weave, openAiAgents, logfireBackup, goStdout, jsSpans, pythonSpans, nodeConsole, pythonPrint, javaLogging, chrome, speedscope, copilotLog, claudeCode, codex, opencode, opencodeExport, atif];

/** The format with an id of the registry. */
export function formatById(id: string): Format | undefined {
  return formats.find((format) => format.id === id);
}
