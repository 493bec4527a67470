/** How much of what the hottest line takes a line takes, in levels from 1 to 5; 0 for nothing. */
export const heatLevels = 5;

const bounds = [0.05, 0.2, 0.45, 0.75] as const;

export function heatLevel(value: number, most: number): number {
  if (!(value > 0) || !(most > 0)) return 0;
  const part = value / most;
  return 1 + bounds.filter((bound) => part >= bound).length;
}

export type ThemeKind = 'dark' | 'light' | 'highContrast' | 'highContrastLight';

/** At least 3 : 1 on the usual backgrounds. The height of the bar says the same as the colour. */
const colours: Readonly<Record<ThemeKind, readonly string[]>> = {
  dark: ['#8a7b4f', '#ab8c3a', '#cf9f31', '#ee9a35', '#ff7f3f'],
  light: ['#8f7c46', '#8f7420', '#9c6a06', '#ae5200', '#b93500'],
  highContrast: ['#ffffff', '#ffffff', '#ffffff', '#ffffff', '#ffffff'],
  highContrastLight: ['#000000', '#000000', '#000000', '#000000', '#000000'],
};

/** A bar in the gutter, as the address of a picture: as many of five steps are filled as the level says. */
export function heatIcon(level: number, theme: ThemeKind): string {
  const colour = colours[theme][level - 1] ?? '#878787';
  const steps = Array.from({ length: level }, (_, i) => `<rect x="5" y="${13 - i * 3}" width="6" height="2" fill="${colour}"/>`);
  return `data:image/svg+xml;base64,${btoa(`<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 16 16">${steps.join('')}</svg>`)}`;
}
