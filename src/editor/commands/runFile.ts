import { existsSync } from 'node:fs';
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { Prepared } from '../../debug/tracer.ts';
import { layersOfTerminal } from '../../debug/userLayers.ts';
import { programOf, runnableKinds } from '../environment/fileProgram.ts';
import type { FileProgram } from '../environment/fileProgram.ts';
import { nodeProgram } from '../environment/nodeProgram.ts';
import type { Services } from '../services.ts';
import type { Command } from './command.ts';

/** Runs a file in a terminal, as a run of its own. */
export const runFile: Command = {
  id: 'spanscope.runFile',
  async run(services, target) {
    if (!vscode.workspace.isTrusted) throw new Error('Programs are run only in a workspace that is trusted.');
    const uri = target instanceof vscode.Uri ? target : vscode.window.activeTextEditor?.document.uri;
    if (uri?.scheme !== 'file') throw new Error(`Open a file first: ${runnableKinds} can be run like this.`);
    const folder = vscode.workspace.getWorkspaceFolder(uri)?.uri.fsPath ?? path.dirname(uri.fsPath);
    const program = await programOf(uri.fsPath, folder, { exists: existsSync, python: () => chosenPython(uri), node: nodeProgram });
    if (program === undefined) throw new Error(`Only ${runnableKinds} can be run like this. Debug others, or run them in a terminal or a task: there they are told where to send their spans as well.`);
    await vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString())?.save();
    await services.receiver.started();
    await start(services, uri, folder, program, false);
  },
};

async function start(services: Services, uri: vscode.Uri, folder: string, program: FileProgram, isOverriding: boolean): Promise<void> {
  const name = path.basename(uri.fsPath);
  const prepared = await services.tracer.prepare({ name, type: program.type, reach: program.reach, existing: layersOfTerminal(), isOverriding, isAsked: true });
  if (prepared === undefined) throw new Error('The receiver listens nowhere, so the program could not be seen.');
  // What all terminals have is there without being set twice.
  const own = [...prepared.environment.variables].filter(([variable]) => services.context.environmentVariableCollection.get(variable) === undefined);
  const task = new vscode.Task(
    { type: 'spanscope', file: uri.fsPath }, vscode.workspace.getWorkspaceFolder(uri) ?? vscode.TaskScope.Workspace, `Run ${name}`, 'Spanscope',
    new vscode.ProcessExecution(program.command, [...program.args], { cwd: program.cwd ?? folder, env: { ...Object.fromEntries(own), ...program.env } }), [],
  );
  task.presentationOptions = { reveal: vscode.TaskRevealKind.Always, panel: vscode.TaskPanelKind.Dedicated, clear: true };
  await runTask(services, task, prepared);
  if (prepared.environment.elsewhere !== undefined) services.elsewhere.tell(prepared, () => start(services, uri, folder, program, true));
}

/** The run lasts as long as the task does, which may be over before the editor says that it began. */
async function runTask({ runs }: Services, task: vscode.Task, { run }: Prepared): Promise<void> {
  runs.begin(run, run.id);
  const over = new Set<vscode.TaskExecution>();
  let execution: vscode.TaskExecution | undefined;
  const endIfOver = (): void => {
    if (execution === undefined || !over.has(execution)) return;
    listener.dispose();
    runs.end(run.id, run.id);
  };
  const listener = vscode.tasks.onDidEndTask((event) => {
    over.add(event.execution);
    endIfOver();
  });
  try {
    execution = await vscode.tasks.executeTask(task);
    endIfOver();
  } catch (error) {
    listener.dispose();
    runs.end(run.id, run.id);
    throw error;
  }
}

/** What the Python extension says, when it runs. Its interface is its own, so nothing of it is relied upon. */
function chosenPython(uri: vscode.Uri): string | undefined {
  const extension = vscode.extensions.getExtension<{ environments?: { getActiveEnvironmentPath?(resource: vscode.Uri): { path?: unknown } } }>('ms-python.python');
  const chosen = extension?.isActive === true ? extension.exports.environments?.getActiveEnvironmentPath?.(uri).path : undefined;
  return typeof chosen === 'string' && chosen !== '' ? chosen : undefined;
}
