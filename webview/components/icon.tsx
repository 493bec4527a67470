import type { Role } from '../../src/model/role.ts';
import { roleIcons, roleWords } from '../../src/model/role.ts';
import { glyphOf } from './glyphs.ts';
import type { IconName } from './glyphs.ts';

interface IconProps {
  readonly name: IconName;
  readonly class?: string;
  /** Spoken when the icon stands alone; without it the icon is decoration beside words. */
  readonly label?: string;
}

/** One codicon. */
export function Icon({ name, class: className, label }: IconProps) {
  const classes = `codicon${name === 'loading' ? ' spin' : ''}${className === undefined ? '' : ` ${className}`}`;
  if (label === undefined) return <span class={classes} aria-hidden="true">{glyphOf(name)}</span>;
  return <span class={classes} role="img" aria-label={label} title={label}>{glyphOf(name)}</span>;
}

/** The colour group of a role: rerankers look like retrievers, handoffs like agents. */
export function colourRole(role: Role): Role {
  if (role === 'reranker') return 'retriever';
  return role === 'handoff' ? 'agent' : role;
}

/** The icon of a role in its colour. */
export function RoleIcon({ role, decorative = true }: { readonly role: Role; readonly decorative?: boolean }) {
  const props = { name: roleIcons[role] as IconName, class: `role-icon fill-${colourRole(role)}` };
  return decorative ? <Icon {...props} /> : <Icon {...props} label={roleWords[role]} />;
}
