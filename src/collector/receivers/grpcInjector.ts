import type { Http2Server, IncomingHttpHeaders, ServerHttp2Session, ServerHttp2Stream, Settings } from 'node:http2';
import { ServerCredentials } from '@grpc/grpc-js';
import type { Server } from '@grpc/grpc-js';

export type ConnectionInjector = ReturnType<Server['createConnectionInjector']>;

export interface StreamGuard {
  readonly settings: Settings;
  onSession(session: ServerHttp2Session): void;
  /** Sees every call before the library does; it is the library's only once `proceed` is called. */
  onStream(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, rawHeaders: readonly string[], proceed: (headers: IncomingHttpHeaders) => void): void;
}

interface Internals { createHttp2Server?: (credentials: ServerCredentials) => Http2Server }

/**
 * An injector of the library with a guard in front of its HTTP/2 server. The library shows neither the server nor the
 * content type, the encoding and the raw headers of a call, so its one method that makes the server is wrapped.
 * Throws when a version of the library has no such method: better no receiver than an unguarded one.
 */
export function guardedInjector(server: Server, guard: StreamGuard): ConnectionInjector {
  const internals = server as unknown as Internals;
  const create = internals.createHttp2Server?.bind(server);
  let isGuarded = false;
  if (create !== undefined) {
    internals.createHttp2Server = (credentials) => {
      isGuarded = true;
      return guarded(create(credentials), guard);
    };
  }
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  if (!isGuarded) throw new Error('this version of @grpc/grpc-js cannot be guarded');
  return injector;
}

function guarded(http2Server: Http2Server, { settings, onSession, onStream }: StreamGuard): Http2Server {
  http2Server.updateSettings(settings);
  const handlers = http2Server.listeners('stream') as ((stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void)[];
  return http2Server
    .removeAllListeners('stream')
    .on('session', onSession)
    .on('stream', (stream, headers, _flags, rawHeaders) => {
      onStream(stream, headers, rawHeaders, (admitted) => {
        for (const handler of handlers) handler(stream, admitted);
      });
    });
}
