import type { Resource, Scope } from '../model/span.ts';
import type { EncodeSpan } from './format.ts';

/** Spans of one resource, by scope. */
export interface SpanGroup { readonly resource: Resource; readonly scopes: ReadonlyMap<Scope, readonly EncodeSpan[]> }

/** Puts spans that share a resource and a scope together, in the order in which these first occur. */
export function groupSpans(spans: readonly EncodeSpan[]): SpanGroup[] {
  const resources = new Map<Resource, Map<Scope, EncodeSpan[]>>();
  for (const span of spans) {
    let scopes = resources.get(span.resource);
    if (scopes === undefined) resources.set(span.resource, scopes = new Map());
    const group = scopes.get(span.scope);
    if (group === undefined) scopes.set(span.scope, [span]); else group.push(span);
  }
  return [...resources].map(([resource, scopes]) => ({ resource, scopes }));
}
