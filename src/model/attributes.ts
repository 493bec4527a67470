/** A value as OTLP's AnyValue can hold it. Integers beyond ±2^53 are bigint, so that no digit is lost. */
export type AttributeValue =
  | string | boolean | number | bigint | null | Uint8Array
  | readonly AttributeValue[]
  | ReadonlyMap<string, AttributeValue>;

/** Attributes in the order in which they arrived. A Map, never a plain object: keys are untrusted. */
export type Attributes = ReadonlyMap<string, AttributeValue>;

export const noAttributes: Attributes = new Map();
