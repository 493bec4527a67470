import { errorAnswer, jsonMediaType } from './answers.ts';
import type { Endpoint, Receiver, Route } from './receiver.ts';

const spans: Endpoint = {
  signal: 'traces',
  formats: new Map([[jsonMediaType, 'zipkin-json']]),
  stored: ({ accepted, rejected, message }) => (accepted === 0 && rejected > 0
    ? errorAnswer(400, message ?? 'no valid span', jsonMediaType)
    : { status: 202 }),
};

/** Zipkin v2 in JSON (zipkin.io, "Zipkin API", POST /api/v2/spans). */
export const zipkin: Receiver<Route> = {
  id: 'zipkin',
  port: 'http',
  open: () => ({
    endpoint: (path) => (path === '/api/v2/spans' ? spans : undefined),
    close: () => Promise.resolve(),
  }),
};
