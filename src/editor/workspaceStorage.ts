import { existsSync } from 'node:fs';
import * as path from 'node:path';

/**
 * The directory in which all windows of a workspace keep what is theirs together, of the storage that the editor gave to this
 * window: `…/workspaceStorage/<workspace>/<extension>`. A window that finds the storage of its workspace locked, be it by another
 * window or by a process of a crash that has not quite gone, gets `<workspace>-1` and so on from the editor: it would begin
 * with nothing, and what it stores would be missed the next time. Traces can be stored by several windows beside one another.
 */
export function sharedStorage(windowStorage: string): string {
  const workspace = path.dirname(windowStorage);
  const first = workspace.replace(/(?<=[^-\\/])-[1-9]$/, '');
  return first !== workspace && existsSync(first) ? path.join(first, path.basename(windowStorage)) : windowStorage;
}
