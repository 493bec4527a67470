import { useLayoutEffect, useRef } from 'preact/hooks';
import { IconButton } from '../components/button.tsx';

const isMac = navigator.userAgent.includes('Macintosh'), control = isMac ? '⌘' : 'Ctrl+';

const keys: readonly (readonly [keys: readonly string[], does: string])[] = [
  [['←', '→'], 'Previous, next sibling by time'],
  [['↑', '↓'], 'Parent, first child; in the table: previous, next row'],
  [['Enter'], 'Go to source'],
  [[isMac ? '⌥Enter' : 'Alt+Enter'], 'Go to source, beside'],
  [['Space'], 'Fold or unfold'],
  [['/', `${control}F`], 'Filter'],
  [['N', 'Shift+N'], 'Next, previous match'],
  [['E', 'Shift+E'], 'Next, previous error'],
  [['J', 'K'], 'Next, previous of the step mode'],
  [[';'], 'Change the step mode: time, same name, model calls, errors'],
  [['W', 'S', '+', '−'], 'Zoom in, out'],
  [['A', 'D'], 'Pan left, right'],
  [['F'], 'Fit the selection'],
  [['0'], 'Fit the whole run'],
  [['Backspace'], 'Zoom back; with Shift forward'],
  [['L'], 'Follow the run'],
  [['P'], 'Fold the time that the program stood in a debugger'],
  [['Esc'], 'Leave the tooltip, then the filter, the zoom, the selection'],
  [[`${control}C`], 'Copy what has the focus'],
  ...(isMac ? [] : [[['Shift+F10'], 'Menu of the selected span']] as const),
  [['Wheel'], `Scroll; with ${isMac ? '⌘' : 'Ctrl'} zoom, with Shift pan`],
  [['Drag'], 'Pan; with Shift select a range'],
  [['?'], 'This list'],
];

/** The keys of the panel. */
export function KeySheet({ onClose }: { readonly onClose: () => void }) {
  const dialog = useRef<HTMLDivElement | null>(null);
  useLayoutEffect(() => {
    const before = document.activeElement;
    dialog.current?.focus();
    return () => { if (before instanceof HTMLElement) before.focus(); };
  }, []);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' || event.key === '?') onClose();
    // The close button is all that can have the focus in here.
    else if (event.key === 'Tab') dialog.current?.querySelector('button')?.focus();
    else return;
    event.stopPropagation();
    event.preventDefault();
  };
  return (
    <div class="dialog-shade" onClick={(event) => { if (event.target === event.currentTarget) onClose(); }}>
      <div class="dialog" role="dialog" aria-modal="true" aria-label="Keys" tabIndex={-1} ref={dialog} onKeyDown={onKeyDown}>
        <div class="dialog-title"><h2 class="grow">Keys</h2><IconButton icon="close" label="Close (Esc)" onClick={onClose} /></div>
        <dl class="keys">
          {keys.map(([names, does]) => <div key={does + names.join('')}><dt>{names.map((name) => <kbd key={name} class="kbd">{name}</kbd>)}</dt><dd>{does}</dd></div>)}
        </dl>
      </div>
    </div>
  );
}
