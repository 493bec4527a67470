import { hexOfBytes } from '../model/ids.ts';
import type { Resource, Scope } from '../model/span.ts';
import { WireWriter } from '../model/wireWriter.ts';
import { writeResource, writeScope } from './otlpResource.ts';

/** What a span or a log record came with. */
export interface Origin { readonly resource: Resource; readonly scope: Scope }

/** Spans or log records of one resource, by scope. */
export interface OriginGroup<T> { readonly resource: Resource; readonly scopes: ReadonlyMap<Scope, readonly T[]> }

/** Puts those together that share a resource and a scope, or have equal ones, in the order in which these first occur. */
export function groupByOrigin<T extends Origin>(members: readonly T[]): OriginGroup<T>[] {
  const resources = new Map<Resource, Map<Scope, T[]>>();
  const resourceOf = firstEqual<Resource>((writer, resource) => { writeResource(writer, resource); });
  const scopeOf = firstEqual<Scope>((writer, scope) => { writeScope(writer, scope); });
  for (const member of members) {
    const resource = resourceOf(member.resource), scope = scopeOf(member.scope);
    let scopes = resources.get(resource);
    if (scopes === undefined) resources.set(resource, scopes = new Map());
    const group = scopes.get(scope);
    if (group === undefined) scopes.set(scope, [member]); else group.push(member);
  }
  return [...resources].map(([resource, scopes]) => ({ resource, scopes }));
}

/** Gives for each of the objects the first that has the same schema and is written as the same bytes. */
function firstEqual<T extends { readonly schemaUrl: string }>(write: (writer: WireWriter, value: T) => void): (value: T) => T {
  const known = new Map<T, T>(), byBytes = new Map<string, T>();
  return (value) => {
    let first = known.get(value);
    if (first === undefined) {
      const writer = new WireWriter();
      write(writer, value);
      const key = `${hexOfBytes(writer.bytes, 0, writer.length)} ${value.schemaUrl}`;
      first = byBytes.get(key) ?? value;
      byBytes.set(key, first);
      known.set(value, first);
    }
    return first;
  };
}
