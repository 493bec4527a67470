import { noEnd } from '../../src/analysis/ending.ts';
import type { Numbers } from '../../src/analysis/numbers.ts';
import { ancestors } from '../../src/analysis/steps.ts';
import { roleWords, roles } from '../../src/model/role.ts';
import { metaRole } from '../../src/model/traceRows.ts';
import { durationAsDrawn, labelText } from './bars.ts';
import type { Scene } from './scene.ts';
import { stateOf } from './tooltip.ts';

const mostSiblings = 50;

/** One line of the tree that mirrors the chart. */
export interface TreeItem {
  readonly row: number;
  readonly label: string;
  readonly level: number;
  readonly position: number;
  readonly setSize: number;
  /** Undefined for spans without children. */
  readonly expanded: boolean | undefined;
}

/** The span in focus (without one: the first root) with its ancestors and as many of its siblings, around it, as are of use. */
export function treeItems(scene: Scene, focused: number | undefined, numbers: Numbers): TreeItem[] {
  const { tree } = scene, row = focused ?? tree.children(-1)[0];
  if (row === undefined) return [];
  const path = ancestors(tree, row), siblings = tree.children(tree.parent(row));
  const at = tree.indexOf(row), first = Math.max(0, Math.min(at - (mostSiblings >> 1), siblings.length - mostSiblings));
  return [
    ...path.map((up, i) => itemOf(scene, up, i + 1, true, numbers)),
    ...Array.from(siblings.subarray(first, first + mostSiblings), (next) => itemOf(scene, next, path.length + 1, false, numbers)),
  ];
}

function itemOf(scene: Scene, row: number, level: number, expanded: boolean, numbers: Numbers): TreeItem {
  const { tree } = scene, setSize = tree.childCount(tree.parent(row)), position = tree.indexOf(row) + 1;
  return {
    row, level, position, setSize,
    label: `${spokenLabel(scene, row, numbers)}, ${numbers.count(position)} of ${numbers.count(setSize)}`,
    expanded: tree.childCount(row) === 0 ? undefined : expanded,
  };
}

/** A span in words: `run_tests, tool, failed, 5.60 s, starts at 10.2 s`. */
export function spokenLabel(scene: Scene, row: number, numbers: Numbers): string {
  const { rows } = scene, start = rows.start[row] as number;
  const role = roleWords[roles[metaRole(rows.meta[row] as number)] ?? 'other'].toLowerCase();
  const state = stateOf(scene, row), time = state === noEnd ? '' : durationAsDrawn(scene, row, numbers, 'soFar');
  return [labelText(scene, row), role, state, scene.standsAt.has(row) ? 'the program stands here' : '', time, `starts at ${numbers.duration(start - scene.origin)}`].filter((part) => part !== '').join(', ');
}

/** What assistive technology reads in the place of the canvas. It has the focus of the chart and hears its keys. */
export class AccessibleTree {
  readonly element = document.createElement('div');
  readonly #prefix: string;
  #shown = '';

  constructor(label: string) {
    this.#prefix = `flame-${crypto.randomUUID()}`;
    this.element.className = 'flame-tree';
    this.element.setAttribute('role', 'tree');
    this.element.setAttribute('aria-label', label);
    this.element.tabIndex = 0;
  }

  /** Shows what is around a span. */
  update(scene: Scene, focused: number | undefined, numbers: Numbers): void {
    const items = treeItems(scene, focused, numbers), shown = JSON.stringify([focused, items]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.element.replaceChildren(...items.map((item) => this.#itemElement(item, item.row === focused)));
    if (focused === undefined || items.length === 0) this.element.removeAttribute('aria-activedescendant');
    else this.element.setAttribute('aria-activedescendant', this.#idOf(focused));
  }

  #itemElement({ row, label, level, position, setSize, expanded }: TreeItem, selected: boolean): HTMLElement {
    const item = document.createElement('div');
    item.id = this.#idOf(row);
    item.textContent = label;
    const attributes: readonly (readonly [string, string | undefined])[] = [
      ['role', 'treeitem'], ['aria-level', String(level)], ['aria-posinset', String(position)], ['aria-setsize', String(setSize)],
      ['aria-selected', String(selected)], ['aria-expanded', expanded === undefined ? undefined : String(expanded)],
    ];
    for (const [name, value] of attributes) if (value !== undefined) item.setAttribute(name, value);
    return item;
  }

  #idOf(row: number): string { return `${this.#prefix}-${row}`; }
}
