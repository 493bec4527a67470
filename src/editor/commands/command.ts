import type { Services } from '../services.ts';

/** One command: a file of this folder, a line in the registry, an entry in package.json. */
export interface Command {
  readonly id: `spanscope.${string}`;
  /** Arguments come from menus, other extensions and pages, so nothing is known of them. What it throws is shown to the user. */
  run(services: Services, ...args: readonly unknown[]): Promise<unknown>;
}
