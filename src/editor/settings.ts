import * as path from 'node:path';
import * as vscode from 'vscode';
import type { CollectorOptions } from '../protocol/collector.ts';
import { sharedStorage } from './workspaceStorage.ts';

const bytesPerMegabyte = 1_000_000, bytesPerMebibyte = 1024 * 1024;

export interface Ports { readonly httpPort: number; readonly grpcPort: number }

/** The ports that the user wants. */
export function portSettings(): Ports {
  const receiver = vscode.workspace.getConfiguration('spanscope.receiver');
  return { httpPort: wholeNumber(receiver.get('httpPort'), 4318), grpcPort: wholeNumber(receiver.get('grpcPort'), 4317) };
}

/** Whether the receiver starts by itself when it is needed. */
export function startsByItself(): boolean {
  return vscode.workspace.getConfiguration('spanscope.receiver').get('autoStart') !== false;
}

/** What the collector needs to know. A window without a folder keeps its traces in the extension's own storage. */
export function collectorOptions(context: vscode.ExtensionContext): CollectorOptions {
  const settings = vscode.workspace.getConfiguration('spanscope');
  const storage = context.storageUri ?? vscode.Uri.joinPath(context.globalStorageUri, 'no-folder');
  return {
    storageDirectory: storage.scheme === 'file' ? path.join(sharedStorage(storage.fsPath), 'traces') : undefined,
    memoryBytes: wholeNumber(settings.get('memory.maxMegabytes'), 512) * bytesPerMegabyte,
    databaseBytes: wholeNumber(settings.get('storage.maxMegabytes'), 1024) * bytesPerMegabyte,
    retentionDays: wholeNumber(settings.get('storage.retentionDays'), 30),
    allowedHosts: texts(settings.get('receiver.allowedHosts')),
    allowedOrigins: texts(settings.get('receiver.allowedOrigins')),
    bodyBytes: wholeNumber(settings.get('receiver.maxBodyMegabytes'), 20) * bytesPerMebibyte,
    grpcMessageBytes: wholeNumber(settings.get('receiver.maxGrpcMessageMegabytes'), 4) * bytesPerMebibyte,
    grpcBundle: context.asAbsolutePath('dist/otlpGrpc.cjs'),
    fileBundle: context.asAbsolutePath('dist/fileWorker.cjs'),
    pageFolder: context.asAbsolutePath('dist/webview'),
  };
}

/** The editor hands out whatever stands in settings.json, whatever the schema says. */
function wholeNumber(value: unknown, otherwise: number): number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : otherwise;
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
