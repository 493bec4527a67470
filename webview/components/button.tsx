import type { ComponentChildren } from 'preact';
import { Icon } from './icon.tsx';
import type { IconName } from './glyphs.ts';

interface IconButtonProps {
  readonly icon: IconName;
  /** Spoken and shown as tooltip, with the key in brackets when there is one. */
  readonly label: string;
  readonly onClick: (event: MouseEvent) => void;
  /** Present: a switch that is on or off. */
  readonly pressed?: boolean;
  readonly disabled?: boolean;
  /** Present: why it does nothing for now; it keeps the focus and stays in the order of tabs. */
  readonly idle?: string | undefined;
  /** Present: opens a menu that is shown or not. */
  readonly expanded?: boolean;
  readonly class?: string;
}

/** A square button with an icon and a tooltip. */
export function IconButton({ icon, label, onClick, pressed, disabled, idle, expanded, class: className = '' }: IconButtonProps) {
  const menu = expanded === undefined ? {} : ({ 'aria-haspopup': 'menu', 'aria-expanded': expanded } as const);
  const toggle = pressed === undefined ? {} : { 'aria-pressed': pressed };
  const rest = idle === undefined ? {} : { 'aria-disabled': true };
  return (
    <button type="button" class={`icon-button ${className}`} title={idle === undefined ? label : `${label}: ${idle}`} aria-label={label} disabled={disabled === true} onClick={idle === undefined ? onClick : undefined} {...toggle} {...menu} {...rest}>
      <Icon name={icon} />
    </button>
  );
}

interface ButtonProps {
  readonly onClick: (event: MouseEvent) => void;
  readonly children: ComponentChildren;
  readonly title?: string;
}

export function PrimaryButton({ onClick, children }: ButtonProps) {
  return <button type="button" class="button" onClick={onClick}>{children}</button>;
}

export function SecondaryButton({ onClick, children }: ButtonProps) {
  return <button type="button" class="button secondary" onClick={onClick}>{children}</button>;
}

/** An action that reads as a link in a sentence. */
export function LinkButton({ onClick, children, title }: ButtonProps) {
  return <button type="button" class="link" title={title ?? ''} onClick={onClick}>{children}</button>;
}

/** Copies a text through the host. */
export function CopyButton({ what, onCopy }: { readonly what: string; readonly onCopy: () => void }) {
  return <IconButton icon="copy" label={`Copy ${what}`} onClick={onCopy} class="small" />;
}
