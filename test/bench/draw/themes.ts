import manifest from '../../../package.json' with { type: 'json' };

export const themeNames = ['dark', 'light', 'highContrast', 'highContrastLight'] as const;
export type ThemeName = (typeof themeNames)[number];

const bodyClass: Record<ThemeName, string> = {
  dark: 'vscode-dark', light: 'vscode-light', highContrast: 'vscode-high-contrast', highContrastLight: 'vscode-high-contrast vscode-high-contrast-light',
};

/** What the editor's own four default themes set, as far as the chart reads it. */
const tokens: Record<ThemeName, Record<string, string>> = {
  dark: {
    'editor-background': '#1f1f1f', foreground: '#cccccc', descriptionForeground: '#9d9d9d', 'panel-border': '#2b2b2b', focusBorder: '#0078d4',
    'editorError-foreground': '#f14c4c', 'charts-blue': '#3794ff', 'charts-green': '#89d185', 'editor-findMatchBackground': '#9e6a03', 'textLink-foreground': '#4daafc',
    'editorHoverWidget-background': '#202020', 'editorHoverWidget-foreground': '#cccccc', 'editorHoverWidget-border': '#454545', 'widget-shadow': '#0000005c',
  },
  light: {
    'editor-background': '#ffffff', foreground: '#3b3b3b', descriptionForeground: '#616161', 'panel-border': '#e5e5e5', focusBorder: '#005fb8',
    'editorError-foreground': '#e51400', 'charts-blue': '#0063d3', 'charts-green': '#388a34', 'editor-findMatchBackground': '#f6b94d', 'textLink-foreground': '#005fb8',
    'editorHoverWidget-background': '#f8f8f8', 'editorHoverWidget-foreground': '#3b3b3b', 'editorHoverWidget-border': '#c8c8c8', 'widget-shadow': '#00000029',
  },
  highContrast: {
    'editor-background': '#000000', foreground: '#ffffff', descriptionForeground: '#ffffffb3', 'panel-border': '#6fc3df', focusBorder: '#f38518', contrastBorder: '#6fc3df', contrastActiveBorder: '#f38518',
    'editorError-foreground': '#f48771', 'charts-blue': '#3794ff', 'charts-green': '#89d185', 'editor-findMatchBorder': '#f38518', 'textLink-foreground': '#21a6ff',
    'editorHoverWidget-background': '#0c141f', 'editorHoverWidget-foreground': '#ffffff', 'editorHoverWidget-border': '#6fc3df',
  },
  highContrastLight: {
    'editor-background': '#ffffff', foreground: '#292929', descriptionForeground: '#292929b3', 'panel-border': '#0f4a85', focusBorder: '#006bbd', contrastBorder: '#0f4a85', contrastActiveBorder: '#006bbd',
    'editorError-foreground': '#b5200d', 'charts-blue': '#1a85ff', 'charts-green': '#374e06', 'editor-findMatchBorder': '#0f4a85', 'textLink-foreground': '#0f4a85',
    'editorHoverWidget-background': '#ffffff', 'editorHoverWidget-foreground': '#292929', 'editorHoverWidget-border': '#0f4a85',
  },
};

/** All variables of a theme, contributed colours included, without `--vscode-`. */
export function themeVariables(name: ThemeName): Map<string, string> {
  const variables = new Map([['font-family', '"Inter", "Segoe UI", system-ui, Ubuntu, "Droid Sans", sans-serif'], ['font-size', '13px'], ...Object.entries(tokens[name])]);
  for (const { id, defaults } of manifest.contributes.colors) {
    const value: string = defaults[name];
    if (value.startsWith('#')) variables.set(id.replace('.', '-'), value);
  }
  return variables;
}

/** Makes a page look as if the editor had set this theme on it. */
export function applyTheme(name: ThemeName, root: HTMLElement, body: HTMLElement): void {
  for (const [variable, value] of themeVariables(name)) root.style.setProperty(`--vscode-${variable}`, value);
  body.className = bodyClass[name];
}
