import type { ColourBy, PanelState } from '../../src/protocol/panel.ts';

export const colourings: readonly ColourBy[] = ['role', 'agent', 'service', 'model', 'name', 'status', 'selfTime'];
export const widthLimits = { smallest: 280, largest: 640, usual: 392 };

/** What a panel begins with when nothing was saved. */
export const freshState: PanelState = { version: 1, traceId: undefined, view: 'timeline', follow: true, query: '', colourBy: 'role' };

/** Reads what an earlier page of this panel kept; fields that make no sense are as in a fresh panel. */
export function readSavedState(saved: unknown): PanelState {
  const value = (typeof saved === 'object' && saved !== null ? saved : {}) as Readonly<Record<keyof PanelState, unknown>>;
  if (value.version !== 1) return freshState;
  return {
    ...freshState,
    traceId: textOf(value.traceId),
    follow: value.follow !== false,
    query: textOf(value.query) ?? '',
    colourBy: colourings.find((colouring) => colouring === value.colourBy) ?? 'role',
    ...present('spanId', textOf(value.spanId)),
    ...present('range', rangeOf(value.range)),
    ...present('detailsWidth', sizeOf(value.detailsWidth)),
    ...present('chartHeight', sizeOf(value.chartHeight)),
    ...present('detailsTab', textOf(value.detailsTab)),
    ...present('lower', value.lower === 'spans' ? ('spans' as const) : undefined),
    ...present('folded', textsOf(value.folded)),
    ...present('foldsPaused', value.foldsPaused === true ? true : undefined),
    ...present('collapsed', textsOf(value.collapsed)),
  };
}

/** One member, or none when the value is absent, for objects whose members may be left out but not be undefined. */
export function present<K extends string, V>(key: K, value: V | undefined): { readonly [key in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [key in K]: V });
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const sizeOf = (value: unknown): number | undefined => (typeof value === 'number' && value > 0 && value < 10_000 ? value : undefined);

function rangeOf(value: unknown): readonly [number, number] | undefined {
  if (!Array.isArray(value)) return undefined;
  const [from, to] = value as unknown[];
  return typeof from === 'number' && typeof to === 'number' && from < to ? [from, to] : undefined;
}

function textsOf(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : undefined;
}
