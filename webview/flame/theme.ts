import { roles } from '../../src/model/role.ts';
import type { Role } from '../../src/model/role.ts';
import { contrast, flatten, mix } from './contrast.ts';

export type ThemeKind = 'dark' | 'light' | 'hcDark' | 'hcLight';

/** The colours of the editor's theme that the chart draws with, as opaque CSS colours. */
export interface ChartTheme {
  readonly kind: ThemeKind;
  readonly fontFamily: string;
  /** CSS pixels. */
  readonly fontSize: number;
  readonly background: string;
  readonly foreground: string;
  /** The foreground of what shall stand out: half way to black or white. */
  readonly strong: string;
  readonly description: string;
  readonly border: string;
  readonly focus: string;
  readonly error: string;
  readonly errorText: string;
  readonly open: string;
  readonly passed: string;
  /** Where the program stands in the debugger. */
  readonly stands: string;
  readonly match: string;
  /** The ring of the selected bar in high contrast. */
  readonly activeBorder: string;
  /** Lines of the time axis below the bars, and on the ruler. */
  readonly grid: string;
  readonly tick: string;
  readonly roleFill: Readonly<Record<Role, string>>;
  readonly roleIcon: Readonly<Record<Role, string>>;
}

export const isHighContrast = ({ kind }: ChartTheme): boolean => kind === 'hcDark' || kind === 'hcLight';
export const isLight = ({ kind }: ChartTheme): boolean => kind === 'light' || kind === 'hcLight';

/** Reads the theme from the CSS variables and classes that the editor puts on the page's body. */
export function readTheme(body: HTMLElement): ChartTheme {
  const style = getComputedStyle(body);
  return themeFrom(kindOf(body.classList), (name) => style.getPropertyValue(`--vscode-${name}`).trim());
}

/** A theme from its kind and its variables (without `--vscode-`); a variable that is not set is empty. */
export function themeFrom(kind: ThemeKind, variable: (name: string) => string): ChartTheme {
  const high = kind.startsWith('hc'), light = kind.endsWith('ight');
  const background = variable('editor-background') || (light ? '#ffffff' : '#000000');
  const strongest = light ? '#000000' : '#ffffff';
  const read = (names: readonly string[], fallback: string): string =>
    flatten(names.map(variable).find((value) => value !== '') ?? fallback, background);
  const foreground = read(['foreground', 'editor-foreground'], strongest);
  const error = read(['spanscope-status.error', 'editorError-foreground'], foreground);
  const byRole = (group: string): Record<Role, string> => Object.fromEntries(
    roles.map((role) => [role, read([`spanscope-${group}.${colourRole(role)}`], mix(foreground, background, 0.6))])) as Record<Role, string>;
  return {
    kind,
    fontFamily: variable('font-family') || 'system-ui, sans-serif',
    fontSize: Number.parseFloat(variable('font-size')) || 13,
    background,
    foreground,
    strong: high ? foreground : mix(foreground, strongest, 0.5),
    description: high ? foreground : read(['descriptionForeground'], foreground),
    border: read(high ? ['contrastBorder'] : ['panel-border'], foreground),
    focus: read(['focusBorder'], foreground),
    error,
    errorText: high ? error : mix(error, foreground, 0.7),
    open: read(['spanscope-status.open', 'charts-blue'], foreground),
    passed: read(['charts-green'], foreground),
    stands: visible(read(['debugIcon-breakpointCurrentStackframeForeground'], foreground), foreground, background),
    match: read(['editor-findMatchBackground', 'editor-findMatchBorder'], foreground),
    activeBorder: read(['contrastActiveBorder', 'focusBorder'], foreground),
    grid: mix(strongest, background, high ? 0.2 : light ? 0.07 : 0.08),
    tick: mix(strongest, background, high ? 0.5 : light ? 0.14 : 0.15),
    roleFill: byRole('role'),
    roleIcon: byRole('roleIcon'),
  };
}

/** A colour of the editor's text area as lines can be drawn with it. */
const visible = (colour: string, foreground: string, background: string): string => (contrast(colour, background) >= 3 ? colour : mix(colour, foreground, 0.5));

/** Rerankers look like retrievers, handoffs like agents. */
function colourRole(role: Role): Role {
  if (role === 'reranker') return 'retriever';
  return role === 'handoff' ? 'agent' : role;
}

function kindOf(classes: DOMTokenList): ThemeKind {
  if (classes.contains('vscode-high-contrast-light')) return 'hcLight';
  if (classes.contains('vscode-high-contrast')) return 'hcDark';
  return classes.contains('vscode-light') ? 'light' : 'dark';
}
