import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Panel } from './panel.ts';

export const PanelContext = createContext<Panel | undefined>(undefined);

/** The panel that the component stands in. */
export function usePanel(): Panel {
  const panel = useContext(PanelContext);
  if (panel === undefined) throw new Error('This component stands outside of a panel.');
  return panel;
}
