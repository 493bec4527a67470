import type { Role } from '../../model/role.ts';

/** What a row of a tree shows; two equal rows look the same. */
export interface TreeRow {
  readonly label: string;
  readonly description: string;
  /** Codicon. */
  readonly icon: string;
  /** Theme colour of the icon. */
  readonly colour: string;
  /** What a screen reader says. */
  readonly spoken: string;
}

export function sameRow(a: TreeRow, b: TreeRow): boolean {
  return a.label === b.label && a.description === b.description && a.icon === b.icon && a.colour === b.colour && a.spoken === b.spoken;
}

/** Roles that share a colour with another role. */
const colourRoles: Partial<Record<Role, Role>> = { reranker: 'retriever', handoff: 'agent' };

/** The theme colour of a role's icon. */
export function roleColour(role: Role): string {
  return `spanscope.roleIcon.${colourRoles[role] ?? role}`;
}
