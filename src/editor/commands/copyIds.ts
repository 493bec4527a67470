import * as vscode from 'vscode';
import { traceNameOf } from '../../model/traceKey.ts';
import type { Command } from './command.ts';
import { spanOf, traceIdOf } from './targets.ts';

export const copyTraceId: Command = {
  id: 'spanscope.copyTraceId',
  async run(services, target) {
    const traceId = traceIdOf(services, target);
    if (traceId !== undefined) await vscode.env.clipboard.writeText(traceNameOf(traceId).traceId);
  },
};

export const copySpanId: Command = {
  id: 'spanscope.copySpanId',
  async run(services, target) {
    const span = await spanOf(services, target);
    if (span !== undefined) await vscode.env.clipboard.writeText(span.spanId);
  },
};
