/** How much room the panel has, by its own width. */
export type PanelWidth = 'wide' | 'medium' | 'narrow';

/** CSS pixels → layout. */
export function panelWidth(px: number): PanelWidth {
  if (px >= 1200) return 'wide';
  return px > 500 ? 'medium' : 'narrow';
}

/** Below this the filter box is a button. */
export const smallestFilterWidth = 620;
