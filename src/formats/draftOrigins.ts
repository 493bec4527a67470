import { noAttributes } from '../model/attributes.ts';
import type { Attributes } from '../model/attributes.ts';
import { jsonText } from './jsonText.ts';
import type { DraftWriter } from './spanDrafts.ts';

/** The resources and scopes of formats that write them with every span: equal ones become one of the batch. */
export class DraftOrigins {
  private readonly writer: DraftWriter;
  private readonly known = new Map<string, number>();

  constructor(writer: DraftWriter) { this.writer = writer; }

  /** The index of a resource. */
  resource(attributes: Attributes, schemaUrl = ''): number {
    return this.indexOf(`resource ${schemaUrl} ${jsonText(attributes)}`, () => this.writer.addResource(attributes, schemaUrl));
  }

  /** The index of a scope. */
  scope(name: string, version: string, attributes: Attributes = noAttributes, schemaUrl = ''): number {
    return this.indexOf(`scope ${jsonText([name, version, schemaUrl, attributes])}`, () => this.writer.addScope(name, version, attributes, schemaUrl));
  }

  private indexOf(key: string, add: () => number): number {
    let index = this.known.get(key);
    if (index === undefined) this.known.set(key, index = add());
    return index;
  }
}
