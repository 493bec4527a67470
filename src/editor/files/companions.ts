import { open } from 'node:fs/promises';
import { posix } from 'node:path';

const companion = /\/agent-[^/]+\.jsonl$/;

/** Whether the name of a file is one that a sub-agent of a session of Claude Code has. */
export const mayBeCompanion = (path: string): boolean => companion.test(path);

/** The front of a file of this machine as text, however long the file is; '' when it cannot be read. */
export async function frontOf(path: string, most: number): Promise<string> {
  try {
    const handle = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(most), 0, most, 0);
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch {
    return '';
  }
}

/** Paths of the files with which such a file is read together, if they are there: that of its session, beside it or above it. */
export function sessionsOf(path: string, head: string): readonly string[] {
  const session = /"sessionId":"([\w-]+)"/.exec(head)?.[1], folder = posix.dirname(path);
  if (session === undefined) return [];
  const beside = posix.join(folder, `${session}.jsonl`), below = posix.join(folder, `../../${session}.jsonl`);
  return folder.endsWith(`/${session}/subagents`) ? [beside, below] : [beside];
}
