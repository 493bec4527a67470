import { noAttributes } from '../model/attributes.ts';
import type { AttributeValue, Attributes } from '../model/attributes.ts';
import { isSameRange } from '../model/wireText.ts';
import { objectIn, textIn } from './jsonFields.ts';
import { JsonReader, WrongTypeError } from './jsonReader.ts';
import type { JsonObject, JsonValue } from './jsonReader.ts';
import type { DraftWriter } from './spanDrafts.ts';

const openBrace = 0x7b;

/**
 * An object that stands in one message after the other and is nearly always the same. Its text is compared with the one
 * before, so that it is walked once.
 */
export class RepeatedObject {
  /** Whether the message at hand has it. */
  isGiven = false;
  /** Another number when another object was passed over than before. */
  version = 0;
  private reader: JsonReader | undefined;
  private start = 0;
  private end = 0;
  private elements = 0;

  /** Passes over the object that comes next. */
  pass(reader: JsonReader): void {
    if (reader.peek() !== openBrace) throw new WrongTypeError('an object');
    this.isGiven = true;
    const { position } = reader, length = this.end - this.start;
    if (reader === this.reader && position + length <= reader.end && isSameRange(reader.bytes, this.start, position, length)) {
      reader.position += length;
      reader.countElements(this.elements);
      return;
    }
    const { elements } = reader;
    reader.skip();
    this.reader = reader;
    this.start = position;
    this.end = reader.position;
    this.elements = reader.elements - elements;
    this.version++;
  }

  /** The object; undefined when the message has none. */
  value(): JsonObject | undefined {
    const { reader } = this;
    if (!this.isGiven || reader === undefined) return undefined;
    return new JsonReader(reader.bytes, this.start, this.end, { isLenient: reader.isLenient, maxElements: Number.MAX_SAFE_INTEGER }).takeObject();
  }
}

/** The resources and scopes of live messages, which a batch holds once. */
export class LiveOrigins {
  private readonly writer: DraftWriter;
  private readonly scopes = new Map<string, number>();

  constructor(writer: DraftWriter) { this.writer = writer; }

  /** `{attributes: {…}}`, or the attributes alone; `service` beside it is its name. Gives its index. */
  addResource(resource: JsonObject | undefined, service: JsonValue | undefined): number {
    const attributes = new Map<string, AttributeValue>(objectIn(resource?.get('attributes')) ?? resource ?? []);
    if (typeof service === 'string' && !attributes.has('service.name')) attributes.set('service.name', service);
    return this.writer.addResource(attributes);
  }

  /** `{name, version, attributes}`; gives its index. */
  addScope(scope: JsonObject | undefined): number {
    const name = textIn(scope?.get('name')), version = textIn(scope?.get('version'));
    const key = `${name}\0${version}`;
    let index = this.scopes.get(key);
    if (index === undefined) this.scopes.set(key, index = this.writer.addScope(name, version, (objectIn(scope?.get('attributes')) ?? noAttributes) as Attributes));
    return index;
  }
}
