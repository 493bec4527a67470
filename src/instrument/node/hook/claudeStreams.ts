import { ClaudeRun } from './claudeRun.ts';
import { isSwitchedOff } from './librarySpans.ts';
import { placeOfCaller } from './place.ts';
import { noteLibrary } from './programReport.ts';
import { silently } from './silently.ts';
import { hasTracerOf, isOn } from './tracerNames.ts';
import type { ChildProcess } from 'node:child_process';
import type { Method } from './wrapMethod.ts';

const newline = 0x0a;
const longestLine = 16 << 20;

type Take = (message: Readonly<Record<string, unknown>>, entry: Method) => void;

/** Sees what passes between the program and a process of Claude Code that it has just begun by calling `entry`. */
export function watchClaude(child: ChildProcess, environment: readonly unknown[], entry: Method): void {
  const { stdin, stdout } = child;
  if (stdin === null || stdout === null || isSwitchedOff() || isTracedAlready(environment)) return;
  noteLibrary('@anthropic-ai/claude-agent-sdk');
  const run = new ClaudeRun(placeOfCaller(entry));
  const send = linesOf((message, by) => { run.sent(message, by); }), receive = linesOf((message, by) => { run.received(message, by); });
  const { write } = stdin, { push } = stdout;
  stdin.write = function seenWrite(this: unknown, ...args: unknown[]): boolean {
    silently(() => { send(args[0], seenWrite as Method); });
    return Reflect.apply(write, this, args as never) as boolean;
  };
  stdout.push = function seenPush(this: unknown, ...args: unknown[]): boolean {
    silently(() => { receive(args[0], seenPush as Method); });
    return Reflect.apply(push, this, args as never) as boolean;
  };
  child.once('close', (code, signal) => silently(() => { run.over(code === 0 ? undefined : `Claude Code ended with ${signal ?? `exit code ${code ?? ''}`}`); }));
}

/** Claude Code sends spans of its own when both are on. */
function isTracedAlready(environment: readonly unknown[]): boolean {
  const isSet = (name: string): boolean => isOn(name) || environment.some((pair) => typeof pair === 'string' && pair.startsWith(`${name}=`) && /=(?:true|1|yes|on)$/i.test(pair));
  return hasTracerOf('claude-agent', 'claude_agent') || (isSet('CLAUDE_CODE_ENABLE_TELEMETRY') && isSet('CLAUDE_CODE_ENHANCED_TELEMETRY_BETA'));
}

/** Takes pieces of a stream with a JSON object on each line, and gives these. Lines beyond all measure are left out. */
function linesOf(take: Take): (piece: unknown, entry: Method) => void {
  let rest: Buffer[] = [], length = 0;
  const takeLine = (line: Buffer, entry: Method): void => {
    if (line.length > longestLine || line[0] !== 0x7b) return;
    const message: unknown = JSON.parse(line.toString());
    if (typeof message === 'object' && message !== null) silently(() => { take(message as Readonly<Record<string, unknown>>, entry); });
  };
  return (piece, entry) => {
    if (typeof piece !== 'string' && !(piece instanceof Uint8Array)) return;
    let bytes = typeof piece === 'string' ? Buffer.from(piece) : Buffer.from(piece);
    for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline)) {
      const line = Buffer.concat([...rest, bytes.subarray(0, end)]);
      rest = [];
      length = 0;
      bytes = bytes.subarray(end + 1);
      silently(() => { takeLine(line, entry); });
    }
    length += bytes.length;
    if (length <= longestLine) rest.push(bytes);
  };
}
