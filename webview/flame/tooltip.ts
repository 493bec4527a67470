import { isLost, isRunning, noEnd } from '../../src/analysis/ending.ts';
import { ancestors } from '../../src/analysis/steps.ts';
import type { Numbers } from '../../src/analysis/numbers.ts';
import { selfTime } from '../../src/analysis/selfTime.ts';
import { markBit } from '../../src/model/span.ts';
import { roleIcons, roleWords, roles } from '../../src/model/role.ts';
import { metaRole } from '../../src/model/traceRows.ts';
import { visibleBody, visibleName } from '../../src/model/visibleText.ts';
import { glyphOf } from '../components/glyphs.ts';
import type { IconName } from '../components/glyphs.ts';
import { durationAsDrawn, labelText } from './bars.ts';
import type { SpanFacts } from './chartTypes.ts';
import { endAsDrawn } from './lanePainter.ts';
import type { Scene } from './scene.ts';
import { isFailed } from '../../src/analysis/folds.ts';

/** CSS pixels between bar and tooltip. */
const distance = 6;
const pauseMs = 300;
const placeholderMark = markBit('placeholder');

export type StateWord = 'failed' | 'running' | typeof noEnd | 'waiting' | '';

/** The state of a span in one word; empty for one that has ended well. */
export function stateOf(scene: Scene, row: number): StateWord {
  const bits = scene.rows.marks[row] as number;
  if (isFailed(scene.rows, row)) return 'failed';
  if ((bits & placeholderMark) !== 0) return 'waiting';
  if (isLost(scene.rows, row)) return noEnd;
  return isRunning(scene.rows, row) ? 'running' : '';
}

/** The tooltip's lines, name and value. */
export function linesOf(scene: Scene, row: number, numbers: Numbers, facts: SpanFacts | undefined): (readonly [name: string, value: string])[] {
  const { rows, tree, figures, layout } = scene, duration = endAsDrawn(scene, row) - (rows.start[row] as number);
  const group = layout.groups.get(row), hasLength = group !== undefined || !isLost(rows, row);
  const [parent] = ancestors(tree, row).slice(-1);
  // What has not come yet has no length of its own.
  const isPartOf = parent !== undefined && hasLength && !isLost(rows, parent) && ((rows.marks[parent] as number) & placeholderMark) === 0;
  const share = !isPartOf ? 0 : duration / (endAsDrawn(scene, parent) - (rows.start[parent] as number));
  const lines: [string, string][] = [];
  const raw = visibleName(scene.texts[rows.name[row] as number] ?? '');
  if (raw !== '' && raw !== labelText(scene, row)) lines.push(['Span', raw]);
  if (group) lines.push(['Folded', `${numbers.count(group.members.length)} spans`]);
  lines.push(['Duration', durationAsDrawn(scene, row, numbers, 'soFar')
    + (!isPartOf || !Number.isFinite(share) ? '' : ` · ${numbers.share(share)} of ${labelText(scene, parent)}`)]);
  if (!group && hasLength) lines.push(['Self', numbers.duration(selfTime(tree, rows, row, scene.now))]);
  const figure = figures.get(row);
  if (figure && !(Number.isNaN(figure.inputTokens) && Number.isNaN(figure.outputTokens))) {
    const cached = figure.cacheReadTokens > 0 ? ` (${numbers.tokens(figure.cacheReadTokens)} cached)` : '';
    const side = (count: number): string => (Number.isNaN(count) ? '—' : numbers.tokens(count));
    lines.push(['Tokens', `${side(figure.inputTokens)} in${cached} → ${side(figure.outputTokens)} out`]);
  }
  if (facts?.firstTokenNs !== undefined) lines.push(['First token', numbers.duration(facts.firstTokenNs)]);
  if (facts?.errorMessage !== undefined) lines.push(['Error', visibleBody(facts.errorMessage)]);
  if (facts?.source !== undefined) lines.push(['Source', visibleName(facts.source)]);
  return lines;
}

/** The box that says what the bar under the pointer is. It takes no focus and no clicks; the details say the same. */
export class Tooltip {
  readonly #box = document.createElement('div');
  readonly #host: HTMLElement;
  readonly #numbers: Numbers;
  readonly #factsOf: (row: number) => SpanFacts | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #row: number | undefined;

  /** `factsOf` is asked whenever lines are written: facts may come while a tooltip waits to be shown. */
  constructor(host: HTMLElement, numbers: Numbers, factsOf: (row: number) => SpanFacts | undefined) {
    this.#host = host;
    this.#numbers = numbers;
    this.#factsOf = factsOf;
    this.#box.className = 'flame-tooltip';
    this.#box.setAttribute('aria-hidden', 'true');
    this.#box.hidden = true;
    host.append(this.#box);
  }

  get isShown(): boolean { return !this.#box.hidden; }

  /** Shows a row after a pause, or at once when another one is being shown. `bar` is in CSS pixels of the host. */
  show(scene: Scene, row: number, bar: DOMRect): void {
    clearTimeout(this.#timer);
    const fill = (): void => {
      this.#row = row;
      this.#fill(scene, row);
      this.#box.hidden = false;
      this.#place(bar);
    };
    if (this.isShown) fill();
    else this.#timer = setTimeout(fill, pauseMs);
  }

  /** New content for the row that is shown. */
  refresh(scene: Scene, row: number, bar: DOMRect): void {
    if (this.isShown && this.#row === row) this.show(scene, row, bar);
  }

  hide(): void {
    clearTimeout(this.#timer);
    this.#box.hidden = true;
    this.#row = undefined;
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#box.remove();
  }

  #fill(scene: Scene, row: number): void {
    const role = roles[metaRole(scene.rows.meta[row] as number)] ?? 'other', state = stateOf(scene, row);
    const title = element('div', 'flame-tooltip-title',
      element('span', 'codicon', glyphOf(roleIcons[role] as IconName)),
      element('b', '', labelText(scene, row)),
      element('span', 'flame-tooltip-role', roleWords[role]),
      element('span', `flame-tooltip-state ${state.replace(' ', '-')}`, state));
    (title.firstElementChild as HTMLElement).style.color = `var(--vscode-spanscope-roleIcon\\.${role === 'reranker' ? 'retriever' : role === 'handoff' ? 'agent' : role})`;
    const lines = linesOf(scene, row, this.#numbers, this.#factsOf(row)).flatMap(([name, value]) => [
      element('dt', '', name), element('dd', name === 'Error' ? 'failed' : name === 'Source' ? 'mono' : '', value),
    ]);
    const hints = element('div', 'flame-tooltip-keys', element('kbd', 'kbd', 'Enter'), ' go to source', element('kbd', 'kbd', 'F'), ' zoom to span');
    this.#box.replaceChildren(title, element('dl', '', ...lines), hints);
  }

  /** Above the bar when there is room, else below it; never over it, and within the window. */
  #place(bar: DOMRect): void {
    const { width, height } = this.#box.getBoundingClientRect(), host = this.#host.getBoundingClientRect();
    const above = bar.top - height - distance, below = bar.bottom + distance;
    const top = above + host.top >= 4 || below + height + host.top > innerHeight ? Math.max(4 - host.top, above) : below;
    const left = Math.min(Math.max(4 - host.left, bar.left), innerWidth - host.left - width - 4);
    this.#box.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  }
}

function element(name: string, className: string, ...content: (string | Node)[]): HTMLElement {
  const made = document.createElement(name);
  if (className !== '') made.className = className;
  made.append(...content);
  return made;
}
