import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { RefObject } from 'preact';
import { IconButton } from './button.tsx';
import type { IconName } from './glyphs.ts';
import { Icon } from './icon.tsx';

/** A line between groups, a heading, or something to choose. */
export type MenuEntry =
  | { readonly kind: 'line' }
  | { readonly kind: 'heading'; readonly label: string }
  | { readonly kind: 'item'; readonly label: string; readonly hint?: string; readonly icon?: IconName; readonly checked?: boolean; readonly swatch?: string; readonly run: () => void };

interface MenuButtonProps {
  readonly icon: IconName;
  readonly label: string;
  /** Asked when the menu opens. */
  readonly entries: () => readonly MenuEntry[];
}

/** A button with a menu below it. */
export function MenuButton({ icon, label, entries }: MenuButtonProps) {
  const [shown, setShown] = useState<readonly MenuEntry[] | undefined>(undefined);
  const anchor = useRef<HTMLDivElement | null>(null);
  const close = (refocus: boolean): void => {
    setShown(undefined);
    if (refocus) anchor.current?.querySelector('button')?.focus();
  };
  return (
    <div class="menu-anchor" ref={anchor}>
      <IconButton icon={icon} label={label} expanded={shown !== undefined} onClick={() => setShown(shown === undefined ? entries() : undefined)} />
      {shown !== undefined && <Menu label={label} entries={shown} anchor={anchor} onClose={close} />}
    </div>
  );
}

interface MenuProps {
  readonly label: string;
  readonly entries: readonly MenuEntry[];
  readonly anchor: RefObject<HTMLElement | null>;
  readonly onClose: (refocus: boolean) => void;
}

function Menu({ label, entries, anchor, onClose }: MenuProps) {
  const list = useRef<HTMLDivElement | null>(null);
  const items = (): HTMLElement[] => [...(list.current?.querySelectorAll<HTMLElement>('.menu-item') ?? [])];
  useLayoutEffect(() => items()[0]?.focus(), []);
  useEffect(() => {
    const outside = (event: PointerEvent): void => {
      if (anchor.current?.contains(event.target as Node) !== true) onClose(false);
    };
    window.addEventListener('pointerdown', outside);
    return () => window.removeEventListener('pointerdown', outside);
  }, []);
  const onKeyDown = (event: KeyboardEvent): void => {
    const all = items();
    const at = all.indexOf(document.activeElement as HTMLElement);
    const next = new Map([
      ['ArrowDown', (at + 1) % all.length], ['ArrowUp', (at - 1 + all.length) % all.length], ['Home', 0], ['End', all.length - 1],
    ]).get(event.key);
    if (next !== undefined) all[next]?.focus();
    else if (event.key === 'Escape' || event.key === 'Tab') onClose(event.key === 'Escape');
    else return;
    event.stopPropagation();
    if (event.key !== 'Tab') event.preventDefault();
  };
  return (
    <div class="menu" role="menu" aria-label={label} ref={list} onKeyDown={onKeyDown}>
      {entries.map((entry, i) => <MenuLine key={i} entry={entry} onChosen={() => onClose(true)} />)}
    </div>
  );
}

function MenuLine({ entry, onChosen }: { readonly entry: MenuEntry; readonly onChosen: () => void }) {
  if (entry.kind === 'line') return <div class="menu-separator" role="separator" />;
  if (entry.kind === 'heading') return <div class="menu-heading" role="presentation">{entry.label}</div>;
  const { label, hint, icon, checked, swatch, run } = entry;
  const role = checked === undefined ? 'menuitem' : 'menuitemcheckbox';
  return (
    <button
      type="button" class="menu-item" role={role} tabIndex={-1} {...(checked === undefined ? {} : { 'aria-checked': checked })}
      onClick={() => { onChosen(); run(); }}
    >
      <span class="menu-mark">{checked === true ? <Icon name="check" /> : icon !== undefined && <Icon name={icon} />}</span>
      {swatch !== undefined && <span class="swatch" style={{ background: swatch }} />}
      <span class="menu-label">{label}</span>
      {hint !== undefined && <span class="menu-hint">{hint}</span>}
    </button>
  );
}
