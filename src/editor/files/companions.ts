import { posix } from 'node:path';

const companion = /\/agent-[^/]+\.jsonl$/;

/** Whether the name of a file is one that a sub-agent of a session of Claude Code has. */
export const mayBeCompanion = (path: string): boolean => companion.test(path);

/** Paths of the files with which such a file is read together, if they are there: that of its session, beside it or above it. */
export function sessionsOf(path: string, head: string): readonly string[] {
  const session = /"sessionId":"([\w-]+)"/.exec(head)?.[1], folder = posix.dirname(path);
  if (session === undefined) return [];
  const beside = posix.join(folder, `${session}.jsonl`), below = posix.join(folder, `../../${session}.jsonl`);
  return folder.endsWith(`/${session}/subagents`) ? [beside, below] : [beside];
}
