import { visibleName } from '../model/visibleText.ts';
import type { ExportOptions, Exporter } from './exporter.ts';
import { TextRoom, frameOf, numbers, plainly, tell } from './markdownHead.ts';
import type { Frame, Told } from './markdownHead.ts';
import { StepWriter } from './markdownSteps.ts';
import { code, fenced } from './markdownText.ts';

const mostFailures = 25, mostRows = 400, deepestIndent = 30;
const longestLine = 160;
/** Texts are cut to the first of these with which the account has its length. */
const textLengths: readonly number[] = [20_000, 5000, 1500, 500, 200];

/**
 * A readable account of a run: sums, the tree of spans with durations, what failed and why, then messages, calls and results
 * step by step; for issues, chats and models. Its length is bounded, and it says what was left out. All text of spans stands in
 * code, which it cannot leave. Attributes that no convention reads, resources, scopes and links are not told.
 */
export const markdown: Exporter = {
  id: 'markdown',
  label: 'Markdown',
  description: 'A readable account: tree, errors, messages; to paste into an issue or give to a model',
  extension: '.md',
  losses: [],
  isBinary: false,
  isForPeople: true,
  open: (options, write) => {
    const told: Told[] = [], room = new TextRoom();
    return {
      add: (span) => { told.push(tell(span, room)); },
      finish: () => {
        const { bytes, ...more } = account(told, options);
        write(bytes);
        return more;
      },
    };
  },
};

/** The longest texts with which it has its length; when none has, steps are left out. */
function account(told: readonly Told[], options: ExportOptions): { readonly bytes: Uint8Array; readonly leftOut?: string } {
  const traces = [...Map.groupBy(told, ({ traceId }) => traceId).values()];
  const most = Math.max(1000, Math.floor(options.maxCharacters / Math.max(1, traces.length)));
  const written = traces.map((spans) => {
    const frame = frameOf(spans, options.title);
    const [longest = 0, ...shorter] = textLengths;
    let result = new Account(spans, frame, longest, Infinity).write();
    for (const length of shorter) {
      if (result.text.length <= most) break;
      result = new Account(spans, frame, length, length === textLengths.at(-1) ? most : Infinity).write();
    }
    return result;
  });
  const leftOut = written.map((each) => each.leftOut).filter((text) => text !== '');
  const note = options.note?.();
  const text = [...written.map((each) => each.text), ...(note === undefined ? [] : [`*${note}*\n`])].join('\n');
  return { bytes: new TextEncoder().encode(text), ...(leftOut.length === 0 ? {} : { leftOut: leftOut.join(' ') }) };
}

/** The account of one trace. */
class Account {
  readonly #told: readonly Told[];
  readonly #frame: Frame;
  readonly #writer: StepWriter;
  /** Characters that are left. */
  #room: number;
  #steps = 0;
  #stepsLeftOut = 0;

  constructor(told: readonly Told[], frame: Frame, longestText: number, room: number) {
    this.#told = told;
    this.#frame = frame;
    this.#writer = new StepWriter(longestText);
    this.#room = room;
  }

  write(): { readonly text: string; readonly leftOut: string } {
    const parts = [this.#spend(this.#frame.head), this.#tree(), this.#failures(), this.#allSteps()].filter((part) => part !== '');
    const leftOut = this.#leftOut();
    return { text: [...parts, ...(leftOut === '' ? [] : [`*${leftOut}*\n`])].join('\n'), leftOut };
  }

  #tree(): string {
    const rows = this.#room < Infinity ? Math.min(mostRows, Math.floor(this.#room / 4 / 80)) : mostRows;
    const lines = this.#frame.order.slice(0, rows).map(({ place, depth }) => {
      const { label, line } = this.#told[place] as Told;
      return `${'  '.repeat(Math.min(depth, deepestIndent))}${cut(visibleName(label) || '(no name)')}  ${line}`;
    });
    const more = this.#frame.order.length - lines.length;
    if (more > 0) lines.push(`… ${numbers.count(more)} more spans`);
    return this.#spend(`## Tree\n\n${fenced(lines.join('\n'))}`);
  }

  #failures(): string {
    const failed = this.#frame.order.filter(({ place }) => this.#told[place]?.hasFailed === true);
    if (failed.length === 0) return '';
    const parts = failed.slice(0, mostFailures).flatMap(({ place }, i) => {
      const { label, line, span, startUnixNano, problem } = this.#told[place] as Told;
      const why = span === undefined ? '' : this.#writer.failure(span, problem);
      return this.#ifRoom(`### ${i + 1}. ${code(label)}\n\n${this.#when(startUnixNano)}, ${line}. In ${this.#path(place)}.\n${why === '' ? '' : `\n${why}`}`);
    });
    const more = failed.length - parts.length;
    return [`## Failed\n`, ...parts, ...(more > 0 ? [`… ${numbers.count(more)} more failed spans.\n`] : [])].join('\n');
  }

  #allSteps(): string {
    const parts = this.#frame.order.flatMap(({ place }) => {
      const { label, line, view, span, startUnixNano } = this.#told[place] as Told;
      if (span === undefined) return [];
      const said = [view === undefined ? '' : this.#writer.step(view), this.#writer.records(span)].filter((part) => part !== '').join('\n');
      if (said === '') return [];
      this.#steps++;
      const part = this.#ifRoom(`### ${code(label)}\n\n${this.#when(startUnixNano)}, ${line}\n\n${said}`);
      if (part.length === 0) this.#stepsLeftOut++;
      return part;
    });
    const unkept = this.#told.filter(({ span, view }) => span === undefined && (view?.role === 'llm' || view?.role === 'tool')).length;
    this.#steps += unkept;
    this.#stepsLeftOut += unkept;
    return parts.length === 0 ? '' : ['## Steps\n', ...parts].join('\n');
  }

  #when(startUnixNano: bigint): string {
    return startUnixNano === 0n ? 'At an unknown time' : `At ${plainly(numbers.position(Number(startUnixNano - this.#frame.first)))}`;
  }

  #path(place: number): string {
    const names: string[] = [];
    for (let at = this.#frame.parents[place] as number; at >= 0 && names.length < deepestIndent; at = this.#frame.parents[at] as number) names.unshift(code(this.#told[at]?.label ?? ''));
    return names.length === 0 ? 'no other span' : names.join(' › ');
  }

  #leftOut(): string {
    const parts = [
      ...(this.#stepsLeftOut > 0 ? [`${numbers.count(this.#stepsLeftOut)} of ${numbers.count(this.#steps)} steps`] : []),
      ...(this.#writer.leftOut > 0 ? [`${numbers.count(this.#writer.leftOut)} characters of long texts`] : []),
    ];
    return parts.length === 0 ? '' : `Left out for length: ${parts.join(', ')}.`;
  }

  #ifRoom(text: string): readonly string[] {
    return text.length > this.#room ? [] : [this.#spend(text)];
  }

  #spend(text: string): string {
    this.#room -= text.length;
    return text;
  }
}

const cut = (text: string): string => (text.length > longestLine ? `${text.slice(0, longestLine)}…` : text);
