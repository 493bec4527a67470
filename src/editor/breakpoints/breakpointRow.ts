import type { SpanBreakpoint } from '../../protocol/live.ts';
import type { Display } from '../display.ts';
import type { TreeRow } from '../traces/treeRow.ts';
import { breakpointLabel, hitWords } from './breakpointWords.ts';

/** What is known of a breakpoint beside itself. */
export interface BreakpointState { readonly hits: number; readonly isStanding: boolean }

/** How a breakpoint stands in the Span Breakpoints view. */
export function breakpointRow(breakpoint: SpanBreakpoint, { hits, isStanding }: BreakpointState, display: Display): TreeRow {
  const words = breakpointLabel(breakpoint, display), label = words.charAt(0).toUpperCase() + words.slice(1);
  const description = [isStanding ? 'stopped here' : '', hitWords(hits, display)].filter(Boolean).join(' · ');
  return {
    label, description, icon: iconOf(breakpoint, isStanding), colour: `debugIcon.breakpoint${isStanding ? 'CurrentStackframe' : breakpoint.enabled ? '' : 'Disabled'}Foreground`,
    spoken: [label, breakpoint.enabled ? 'on' : 'off', description].filter(Boolean).join(', '),
  };
}

/** The lines of a breakpoint's tooltip; the first is its title. */
export function breakpointTooltip(breakpoint: SpanBreakpoint, hits: number, display: Display): string[] {
  const { hit = 1, name, tool, model } = breakpoint, words = breakpointLabel(breakpoint, display);
  return [
    `The debugger stops when ${words}.`,
    [name, tool, model].some((part) => part !== undefined) ? 'In names upper and lower case are the same; * stands for anything.' : '',
    breakpoint.on === 'start' && breakpoint.attribute !== undefined ? 'When a span starts it has few of its attributes: choose its end for the others.' : '',
    hit > 1 ? 'Counted in each program.' : '',
    hits === 0 ? 'Not met in this debug session.' : `Met ${display.count(hits, 'time')} in this debug session.`,
  ].filter(Boolean);
}

/** Why breakpoints stop nothing now, and what to do about it; undefined when they may stop something. */
export function idleText({ isTrusted, isAnyOn, isDebugging, programs }: { readonly isTrusted: boolean; readonly isAnyOn: boolean; readonly isDebugging: boolean; readonly programs: number }): string | undefined {
  if (!isTrusted) return 'Restricted mode: span breakpoints stop nothing until this workspace is trusted.';
  if (!isAnyOn) return 'All are off.';
  if (!isDebugging) return 'Nothing to stop: no program is being debugged. Press F5.';
  return programs > 0 ? undefined : 'Nothing to stop yet: the program has made no span, or runs without Spanscope’s hook.';
}

function iconOf({ enabled, attribute, hit, limit }: SpanBreakpoint, isStanding: boolean): string {
  if (isStanding) return 'debug-stackframe';
  const isConditional = attribute !== undefined || hit !== undefined || limit !== undefined;
  return `debug-breakpoint${isConditional ? '-conditional' : ''}${enabled ? '' : '-disabled'}`;
}
