import manifest from '../../../../package.json' with { type: 'json' };
import type { TraceRows } from '../../../../src/model/traceRows.ts';
import type { ColourBy } from '../../../../src/protocol/panel.ts';
import { Geometry } from '../../../../webview/flame/geometry.ts';
import type { TimeRange } from '../../../../webview/flame/chartTypes.ts';
import { Scene } from '../../../../webview/flame/scene.ts';
import { themeFrom } from '../../../../webview/flame/theme.ts';
import type { ChartTheme, ThemeKind } from '../../../../webview/flame/theme.ts';

const names = { dark: 'dark', light: 'light', hcDark: 'highContrast', hcLight: 'highContrastLight' } as const;
const editor: Record<ThemeKind, Record<string, string>> = {
  dark: { 'editor-background': '#1F1F1F', foreground: '#CCCCCC', descriptionForeground: '#9D9D9D', 'editorError-foreground': '#F14C4C' },
  light: { 'editor-background': '#FFFFFF', foreground: '#3B3B3B', descriptionForeground: '#616161', 'editorError-foreground': '#E51400' },
  hcDark: { 'editor-background': '#000000', foreground: '#FFFFFF', 'editorError-foreground': '#F48771' },
  hcLight: { 'editor-background': '#FFFFFF', foreground: '#292929', 'editorError-foreground': '#B5200D' },
};

/** One of the editor's default themes with the colours that the extension contributes. */
export function theme(kind: ThemeKind): ChartTheme {
  const contributed = new Map(manifest.contributes.colors.map(({ id, defaults }) => [id.replaceAll('.', '-'), defaults[names[kind]] as string]));
  return themeFrom(kind, (name) => editor[kind][name] ?? contributed.get(name)?.match(/^#.*/)?.[0] ?? '');
}

export function sceneOf({ rows, texts }: { rows: TraceRows; texts: readonly string[] }, colourBy: ColourBy = 'role'): Scene {
  const scene = new Scene(colourBy);
  scene.setTrace(rows, texts, new Map(), { reset: true });
  return scene;
}

/** A chart 116 pixels wide, of which 100 are for the range. */
export const smallGeometry = (range: TimeRange, width = 116): Geometry => new Geometry({ width, height: 400, dpr: 1 }, range, 0, 20);
