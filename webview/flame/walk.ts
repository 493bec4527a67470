import { isFailed, labelOf } from '../../src/analysis/folds.ts';
import { sibling, stepByTime } from '../../src/analysis/steps.ts';
import { roles } from '../../src/model/role.ts';
import { metaRole } from '../../src/model/traceRows.ts';
import type { StepMode } from './chartTypes.ts';
import type { KeyAction } from './keys.ts';
import type { Scene } from './scene.ts';

const llmRole = roles.indexOf('llm');

/** Where a key leads from the selected span; undefined when there is nothing there. */
export function walk(scene: Scene, selected: number | undefined, action: KeyAction, mode: StepMode): number | undefined {
  const { tree, rows } = scene;
  switch (action) {
    case 'previousSibling': case 'nextSibling': case 'parent': case 'firstChild':
      return selected === undefined ? tree.children(-1)[0] : relative(scene, selected, action);
    case 'nextError': return stepByTime(rows, selected, 1, (row) => isFailed(rows, row));
    case 'previousError': return stepByTime(rows, selected, -1, (row) => isFailed(rows, row));
    case 'nextMatch': return scene.matches && stepByTime(rows, selected, 1, () => true, scene.matches);
    case 'previousMatch': return scene.matches && stepByTime(rows, selected, -1, () => true, scene.matches);
    case 'nextStep': return stepByTime(rows, selected, 1, wantedBy(scene, selected, mode));
    case 'previousStep': return stepByTime(rows, selected, -1, wantedBy(scene, selected, mode));
    default: return undefined;
  }
}

function relative({ tree }: Scene, row: number, action: 'previousSibling' | 'nextSibling' | 'parent' | 'firstChild'): number | undefined {
  switch (action) {
    case 'previousSibling': return sibling(tree, row, -1);
    case 'nextSibling': return sibling(tree, row, 1);
    case 'parent': return tree.parent(row) < 0 ? undefined : tree.parent(row);
    case 'firstChild': return tree.children(row)[0];
  }
}

function wantedBy({ rows }: Scene, selected: number | undefined, mode: StepMode): (row: number) => boolean {
  switch (mode) {
    case 'time': return () => true;
    case 'error': return (row) => isFailed(rows, row);
    case 'llm': return (row) => metaRole(rows.meta[row] as number) === llmRole;
    case 'name': {
      const label = selected === undefined ? -1 : labelOf(rows, selected);
      return (row) => label < 0 || labelOf(rows, row) === label;
    }
  }
}
