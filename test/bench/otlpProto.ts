import protobuf from 'protobufjs';

const bytes = (id: number): protobuf.IField => ({ type: 'bytes', id });
const text = (id: number): protobuf.IField => ({ type: 'string', id });
const uint32 = (id: number): protobuf.IField => ({ type: 'uint32', id });
const fixed32 = (id: number): protobuf.IField => ({ type: 'fixed32', id });
const fixed64 = (id: number): protobuf.IField => ({ type: 'fixed64', id });
const message = (type: string, id: number): protobuf.IField => ({ type, id });
const list = (type: string, id: number): protobuf.IField => ({ rule: 'repeated', type, id });

/** The messages of opentelemetry-proto's trace service, as protobufjs' reflection describes them. */
const nested: Record<string, protobuf.IType> = {
  ExportTraceServiceRequest: { fields: { resourceSpans: list('ResourceSpans', 1) } },
  ResourceSpans: { fields: { resource: message('Resource', 1), scopeSpans: list('ScopeSpans', 2), schemaUrl: text(3) } },
  ScopeSpans: { fields: { scope: message('InstrumentationScope', 1), spans: list('Span', 2), schemaUrl: text(3) } },
  Resource: { fields: { attributes: list('KeyValue', 1), droppedAttributesCount: uint32(2) } },
  InstrumentationScope: { fields: { name: text(1), version: text(2), attributes: list('KeyValue', 3), droppedAttributesCount: uint32(4) } },
  Span: {
    fields: {
      traceId: bytes(1), spanId: bytes(2), traceState: text(3), parentSpanId: bytes(4), name: text(5),
      kind: { type: 'int32', id: 6 }, startTimeUnixNano: fixed64(7), endTimeUnixNano: fixed64(8),
      attributes: list('KeyValue', 9), droppedAttributesCount: uint32(10), events: list('Event', 11), droppedEventsCount: uint32(12),
      links: list('Link', 13), droppedLinksCount: uint32(14), status: message('Status', 15), flags: fixed32(16),
    },
  },
  Event: { fields: { timeUnixNano: fixed64(1), name: text(2), attributes: list('KeyValue', 3), droppedAttributesCount: uint32(4) } },
  Link: {
    fields: {
      traceId: bytes(1), spanId: bytes(2), traceState: text(3), attributes: list('KeyValue', 4), droppedAttributesCount: uint32(5), flags: fixed32(6),
    },
  },
  Status: { fields: { message: text(2), code: { type: 'int32', id: 3 } } },
  KeyValue: { fields: { key: text(1), value: message('AnyValue', 2) } },
  AnyValue: {
    oneofs: { value: { oneof: ['stringValue', 'boolValue', 'intValue', 'doubleValue', 'arrayValue', 'kvlistValue', 'bytesValue'] } },
    fields: {
      stringValue: text(1), boolValue: { type: 'bool', id: 2 }, intValue: { type: 'int64', id: 3 }, doubleValue: { type: 'double', id: 4 },
      arrayValue: message('ArrayValue', 5), kvlistValue: message('KeyValueList', 6), bytesValue: bytes(7),
    },
  },
  ArrayValue: { fields: { values: list('AnyValue', 1) } },
  KeyValueList: { fields: { values: list('KeyValue', 1) } },
};

/**
 * protobufjs' codec of ExportTraceServiceRequest. `setup` generates the same code for each type as its command line tool
 * writes into static modules, so its speed is that of "protobufjs static".
 */
export function traceRequestType(): protobuf.Type {
  const root = protobuf.Root.fromJSON({ nested });
  root.resolveAll();
  for (const name of Object.keys(nested)) root.lookupType(name).setup();
  return root.lookupType('ExportTraceServiceRequest');
}
