import { afterAll, afterEach, beforeAll } from 'vitest';
import type { Workbench } from '../pages/workbench.ts';
import { openWorkbench } from './workbench.ts';
import type { WorkbenchOptions } from './workbench.ts';

/** One workbench for all tests of a file; a failed test leaves a picture in the screenshots folder. */
export function useWorkbench(options: WorkbenchOptions = {}): () => Workbench {
  let workbench: Workbench | undefined;
  beforeAll(async () => {
    workbench = await openWorkbench(options);
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await workbench?.screenshot(`failed ${task.name}`);
  });
  afterAll(async () => {
    await workbench?.close();
  });
  return () => {
    if (workbench === undefined) throw new Error('The workbench is open only inside tests and hooks.');
    return workbench;
  };
}
