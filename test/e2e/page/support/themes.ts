import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../../../launcher/paths.ts';

export const themeNames = ['dark', 'light', 'hcDark', 'hcLight'] as const;
export type ThemeName = (typeof themeNames)[number];

/** What the editor writes on the body of a webview. */
export const bodyClasses: Readonly<Record<ThemeName, string>> = {
  dark: 'vscode-dark', light: 'vscode-light', hcDark: 'vscode-high-contrast', hcLight: 'vscode-high-contrast vscode-high-contrast-light',
};

/** Editor token → its value in Dark Modern, Light Modern and the two high-contrast themes; empty where a theme has none. */
const tokens: Readonly<Record<string, readonly [string, string, string, string]>> = {
  'editor-background': ['#1f1f1f', '#ffffff', '#000000', '#ffffff'],
  'editor-foreground': ['#cccccc', '#3b3b3b', '#ffffff', '#292929'],
  foreground: ['#cccccc', '#3b3b3b', '#ffffff', '#292929'],
  descriptionForeground: ['#9d9d9d', '#3b3b3b', '#ffffffb3', '#292929b3'],
  disabledForeground: ['#cccccc80', '#61616180', '#a5a5a5', '#7f7f7f'],
  'icon-foreground': ['#cccccc', '#3b3b3b', '#ffffff', '#292929'],
  focusBorder: ['#0078d4', '#005fb8', '#f38518', '#006bbd'],
  contrastBorder: ['', '', '#6fc3df', '#0f4a85'],
  contrastActiveBorder: ['', '', '#f38518', '#006bbd'],
  'panel-border': ['#2b2b2b', '#e5e5e5', '#6fc3df', '#0f4a85'],
  'textLink-foreground': ['#4daafc', '#005fb8', '#21a6ff', '#0f4a85'],
  'textLink-activeForeground': ['#4daafc', '#005fb8', '#21a6ff', '#0f4a85'],
  'textCodeBlock-background': ['#2b2b2b', '#f8f8f8', '#000000', '#f2f2f2'],
  'list-hoverBackground': ['#2a2d2e', '#f2f2f2', '#ffffff1a', '#0f4a851a'],
  'list-activeSelectionBackground': ['#04395e', '#e8e8e8', '', '#0f4a851a'],
  'list-activeSelectionForeground': ['#ffffff', '#000000', '', ''],
  'list-inactiveSelectionBackground': ['#37373d', '#e4e6f1', '', '#0f4a851a'],
  'list-focusOutline': ['#0078d4', '#005fb8', '#f38518', '#006bbd'],
  'tree-indentGuidesStroke': ['#585858', '#a9a9a9', '#a9a9a9', '#a5a5a5'],
  'input-background': ['#313131', '#ffffff', '#000000', '#ffffff'],
  'input-foreground': ['#cccccc', '#3b3b3b', '#ffffff', '#292929'],
  'input-border': ['#3c3c3c', '#cecece', '#6fc3df', '#0f4a85'],
  'input-placeholderForeground': ['#989898', '#767676', '#ffffffb3', '#292929b3'],
  'inputValidation-errorBackground': ['#5a1d1d', '#f2dede', '#000000', '#ffffff'],
  'inputValidation-errorBorder': ['#be1100', '#be1100', '#6fc3df', '#0f4a85'],
  'button-background': ['#0078d4', '#005fb8', '#000000', '#0f4a85'],
  'button-foreground': ['#ffffff', '#ffffff', '#ffffff', '#ffffff'],
  'button-hoverBackground': ['#026ec1', '#0258a8', '', '#0f4a85'],
  'button-border': ['#ffffff12', '#0000001a', '#6fc3df', '#0f4a85'],
  'toolbar-hoverBackground': ['#5a5d5e50', '#b8b8b850', '', ''],
  'menu-background': ['#1f1f1f', '#ffffff', '#000000', '#ffffff'],
  'menu-foreground': ['#cccccc', '#3b3b3b', '#ffffff', '#292929'],
  'menu-border': ['#454545', '#cecece', '#6fc3df', '#0f4a85'],
  'menu-selectionBackground': ['#0078d4', '#005fb8', '', '#0f4a851a'],
  'menu-selectionForeground': ['#ffffff', '#ffffff', '#ffffff', '#292929'],
  'menu-selectionBorder': ['', '', '#f38518', '#006bbd'],
  'menu-separatorBackground': ['#454545', '#e5e5e5', '#6fc3df', '#0f4a85'],
  'editorHoverWidget-background': ['#202020', '#f8f8f8', '#000000', '#ffffff'],
  'editorHoverWidget-foreground': ['#cccccc', '#3b3b3b', '#ffffff', '#292929'],
  'editorHoverWidget-border': ['#454545', '#c8c8c8', '#6fc3df', '#0f4a85'],
  'editorWidget-background': ['#202020', '#f8f8f8', '#0c141f', '#ffffff'],
  'editorWidget-foreground': ['#cccccc', '#3b3b3b', '#ffffff', '#292929'],
  'editorWidget-border': ['#454545', '#c8c8c8', '#6fc3df', '#0f4a85'],
  'editorError-foreground': ['#f14c4c', '#e51400', '#f48771', '#b5200d'],
  'editorWarning-foreground': ['#cca700', '#bf8803', '#ffd370', '#895503'],
  'charts-blue': ['#3794ff', '#1a85ff', '#3794ff', '#1a85ff'],
  'charts-green': ['#89d185', '#388a34', '#89d185', '#374e06'],
  'charts-red': ['#f14c4c', '#e51400', '#f48771', '#b5200d'],
  'charts-yellow': ['#cca700', '#bf8803', '#ffd370', '#895503'],
  'editor-findMatchHighlightBackground': ['#ea5c0055', '#ea5c0055', '', ''],
  'editor-findMatchBackground': ['#9e6a03', '#a8ac94', '', ''],
  'minimap-findMatchHighlight': ['#d18616', '#d18616', '#ab5a00', '#0f4a85'],
  'editorOverviewRuler-findMatchForeground': ['#d186167e', '#d186167e', '#ab5a00', '#ab5a00'],
  'symbolIcon-variableForeground': ['#75beff', '#007acc', '#75beff', '#007acc'],
  'debugIcon-breakpointCurrentStackframeForeground': ['#ffcc00', '#be8700', '#ffcc00', '#be8700'],
  'debugTokenExpression-string': ['#ce9178', '#a31515', '#f48771', '#a31515'],
  'debugTokenExpression-number': ['#b5cea8', '#098658', '#89d185', '#098658'],
  'debugTokenExpression-boolean': ['#4e94ce', '#0000ff', '#75bdfe', '#0000ff'],
  'sash-hoverBorder': ['#0078d4', '#005fb8', '#f38518', '#006bbd'],
  'scrollbarSlider-background': ['#79797966', '#64646466', '#6fc3df99', '#0f4a8566'],
};

interface Contribution { readonly id: string; readonly defaults: Readonly<Record<'dark' | 'light' | 'highContrast' | 'highContrastLight', string>> }

/** The colours that the extension contributes, as its manifest declares them. */
function contributed(): readonly Contribution[] {
  const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { readonly contributes?: { readonly colors?: readonly Contribution[] } };
  return manifest.contributes?.colors ?? [];
}

/** The CSS variables that the editor gives a webview in a theme. */
export function variablesOf(theme: ThemeName, fontSize: number): Readonly<Record<string, string>> {
  const index = themeNames.indexOf(theme);
  const variables: Record<string, string> = {
    '--vscode-font-family': '"Inter", system-ui, "DejaVu Sans", sans-serif', '--vscode-font-size': `${fontSize}px`, '--vscode-font-weight': 'normal',
    '--vscode-editor-font-family': '"Cascadia Code", "DejaVu Sans Mono", monospace', '--vscode-editor-font-size': '13px',
  };
  for (const [name, values] of Object.entries(tokens)) if (values[index] !== '') variables[`--vscode-${name}`] = values[index] ?? '';
  const kind = (['dark', 'light', 'highContrast', 'highContrastLight'] as const)[index] ?? 'dark';
  for (const { id, defaults } of contributed()) {
    const value = defaults[kind];
    variables[`--vscode-${id.replace('.', '-')}`] = value.startsWith('#') ? value : variables[`--vscode-${value.replaceAll('.', '-')}`] ?? '';
  }
  return variables;
}
