import { spawnSync } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { LiveExporter } from '../exporters/live.ts';
import { resourceOf, variable } from '../environment.ts';
import { isDebugged } from './debugged.ts';

const deadlineMs = 1000;
/** Beside that, for the start of the other process on a machine that is busy. */
const startMs = 2000;
/** A program that is debugged may wait longer: without the breakpoints it would pass the first of them by on a slow machine. */
const debuggedDeadlineMs = 5000;

/** What the other process gets on its standard input. */
interface Order { readonly name: string; readonly frames: readonly string[]; /** This process goes on, and its spans with it. */ readonly goesOn: boolean }

/** The name of this program in what is told of it. */
export const programName = (): string => String(resourceOf(undefined)['service.name']);

/**
 * Sends frames to the receiver by another process while this one waits, and gives the breakpoints that there are: for
 * moments at which no event of this process can come in, which are its first span, its end, and standing at a breakpoint.
 */
export function sendNow(frames: readonly string[], goesOn = true): readonly unknown[] {
  if (!canRunScripts()) return [];
  // The variables of debuggers would make the other process one to debug.
  const { NODE_OPTIONS: _, VSCODE_INSPECTOR_OPTIONS: __, ...env } = process.env;
  const order: Order = { name: programName(), frames, goesOn };
  const { stdout } = spawnSync(process.execPath, [__filename], {
    env: { ...env, SPANSCOPE_HOOK: 'send', ELECTRON_RUN_AS_NODE: '1' }, input: JSON.stringify(order), timeout: isDebugged() ? debuggedDeadlineMs : deadlineMs + startMs, encoding: 'utf8', windowsHide: true,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const items: unknown = JSON.parse(stdout === '' ? '[]' : stdout);
  return Array.isArray(items) ? items : [];
}

/** A program that was packed into one file with its Node would only begin once more. */
function canRunScripts(): boolean {
  return process.versions['electron'] !== undefined || /^node/i.test(path.basename(process.execPath));
}

/** The breakpoints that there are now; none, and at once, without debugger or token. */
export function breakpointsNow(): readonly unknown[] {
  return variable('SPANSCOPE_TOKEN') === undefined || !isDebugged() ? [] : sendNow([]);
}

/** The items of a `breakpoints` message; undefined for other messages. */
export function breakpointsIn(message: object): readonly unknown[] | undefined {
  return 'type' in message && message.type === 'breakpoints' && 'items' in message && Array.isArray(message.items) ? message.items : undefined;
}

/** The work of the other process: passes frames on, prints the breakpoints, and ends. */
export function runSender(): void {
  setTimeout(() => process.exit(), debuggedDeadlineMs);
  let input = '';
  process.stdin.setEncoding('utf8').on('data', (text: string) => { input += text; }).on('end', () => {
    send(JSON.parse(input) as Order);
  });
}

function send({ name, frames, goesOn }: Order): void {
  let wasOpen = false;
  const exporter = new LiveExporter({
    client: { name, pid: process.ppid },
    about: () => ({ goesOn }),
    onReached: (isOpen) => {
      // Open for the second time: without the token, which was wrong.
      if (!isOpen || wasOpen) process.exit();
      wasOpen = true;
      for (const frame of frames) exporter.tell(JSON.parse(frame) as object);
      if (variable('SPANSCOPE_TOKEN') === undefined) endWhenTaken(exporter);
    },
    onMessage: (message) => {
      const items = breakpointsIn(message);
      if (items !== undefined) process.stdout.write(JSON.stringify(items), () => endWhenTaken(exporter));
    },
  });
  exporter.connect();
}

/** Not before the receiver has confirmed all: what it has not read when the connection ends may be lost. */
function endWhenTaken(exporter: LiveExporter): void {
  if (exporter.isSettled) process.exit();
  setTimeout(() => endWhenTaken(exporter), 1);
}
