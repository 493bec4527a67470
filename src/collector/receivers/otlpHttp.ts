import type { Signal } from '../../formats/format.ts';
import { encodeExportResponse, exportResponseJson, jsonMediaType, protobufMediaType } from './answers.ts';
import type { Endpoint, Receiver, Route } from './receiver.ts';

const formats = new Map([[protobufMediaType, 'otlp-protobuf'], [jsonMediaType, 'otlp-json']]);

function endpointOf(signal: Signal): Endpoint {
  return {
    signal,
    formats,
    stored: (accepted, mediaType) => ({
      status: 200,
      mediaType,
      body: mediaType === protobufMediaType ? encodeExportResponse(accepted) : exportResponseJson(accepted, signal),
    }),
  };
}

const endpoints = new Map((['traces', 'logs', 'metrics'] as const).map((signal) => [`/v1/${signal}`, endpointOf(signal)]));
/** Several vendors' SDKs put something in front of the standard path. */
const standardEnding = /\/v1\/[a-z]+$/;

/** OTLP over HTTP: protobuf and JSON (opentelemetry.io, "OTLP Specification", section OTLP/HTTP). */
export const otlpHttp: Receiver<Route> = {
  id: 'otlpHttp',
  port: 'http',
  open: () => ({
    endpoint: (path) => endpoints.get(standardEnding.exec(path)?.[0] ?? ''),
    close: () => Promise.resolve(),
  }),
};
