import type { Role } from '../../src/model/role.ts';

export type ThemeKind = 'dark' | 'light' | 'hcDark' | 'hcLight';

/** The colours of the editor's theme that the chart draws with, as CSS texts. */
export interface ChartTheme {
  readonly kind: ThemeKind;
  readonly fontFamily: string;
  /** CSS pixels. */
  readonly fontSize: number;
  readonly background: string;
  readonly foreground: string;
  readonly description: string;
  readonly border: string;
  readonly focus: string;
  readonly error: string;
  readonly open: string;
  readonly match: string;
  readonly activeBorder: string;
  readonly roleFill: Readonly<Record<Role, string>>;
  readonly roleIcon: Readonly<Record<Role, string>>;
}

/** Reads the theme from the CSS variables and classes that the editor puts on the page's body. */
export declare function readTheme(body: HTMLElement): ChartTheme;
