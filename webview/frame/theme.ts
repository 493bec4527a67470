import { roles } from '../../src/model/role.ts';
import { outlineOf } from '../flame/contrast.ts';
import { isHighContrast, readTheme } from '../flame/theme.ts';
import type { ChartTheme } from '../flame/theme.ts';
import { Signal } from '../state/signal.ts';

/** The editor's theme as the chart draws with it; changes when the editor changes its colours. */
export function watchTheme(): Signal<ChartTheme> {
  const { body, documentElement } = document;
  const theme = new Signal(readTheme(body));
  const update = (): void => {
    theme.value = readTheme(body);
    setEdges(theme.value);
  };
  setEdges(theme.value);
  // The editor writes its colours into the style of the root element, and the kind of theme into the classes of the body.
  new MutationObserver(update).observe(documentElement, { attributes: true, attributeFilter: ['style', 'class'] });
  new MutationObserver(update).observe(body, { attributes: true, attributeFilter: ['class'] });
  return theme;
}

/** Gives the fills that are too faint against the background the outline that the chart gives them. */
function setEdges(theme: ChartTheme): void {
  for (const role of roles) {
    const outline = isHighContrast(theme) ? undefined : outlineOf(theme.roleFill[role], theme.roleIcon[role], theme.background);
    const value = outline === undefined ? 'none' : `inset 0 0 0 1px ${outline}`;
    if (document.body.style.getPropertyValue(`--edge-${role}`) !== value) document.body.style.setProperty(`--edge-${role}`, value);
  }
}
