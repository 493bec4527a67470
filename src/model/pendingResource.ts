import type { AttributeValue } from './attributes.ts';
import type { Resource } from './span.ts';

const key = 'spanscope.resource.pending';

/**
 * Attributes of a resource of which only the name is known yet, because the file tells of it behind its spans. An update of one
 * of the spans with the resource itself makes it known for all of the trace that came with these.
 */
export const pendingResource = (name: string): ReadonlyMap<string, AttributeValue> => new Map([[key, name]]);

/** The name of a resource that is pending; undefined when it is known. */
export const pendingName = ({ attributes }: Resource): AttributeValue | undefined => attributes.get(key);
