const kib = 1024, mib = 1024 * 1024;

/** What one client may take (threat model, section 4). */
export const defaultLimits = {
  /** Of one HTTP body, on the wire and decompressed. */
  bodyBytes: 20 * mib,
  /** Of all bodies and messages that a port is holding at one time. */
  heldBytes: 128 * mib,
  headerBytes: 16 * kib,
  headerCount: 100,
  headersWithinMs: 10_000,
  requestWithinMs: 30_000,
  idleMs: 65_000,
  checkIntervalMs: 1000,
  connections: 512,
  /** Of one connection or session; no exporter that waits for its answers comes near. */
  requestsPerSecond: 5000,
  /** How long a connection that is refused in the middle of its body may go on sending, so that it reads the answer. */
  lingerMs: 1000,
  closeWithinMs: 2000,

  grpcMessageBytes: 4 * mib,
  grpcSessions: 128,
  grpcStreams: 100,
  /** Resets, pings and settings of one session. */
  controlFramesPerSecond: 200,

  webSockets: 200,
  messageBytes: 4 * mib,
  fragments: 256,
  bufferedChunks: 8192,
  pingIntervalMs: 30_000,
  pingsPerSecond: 10,
  sendQueueBytes: 8 * mib,
  /** Messages of one connection that wait to be stored, before it is read no further. */
  receiveQueueBytes: 8 * mib,
  unfinishedFrameMs: 30_000,
  badMessages: 20,
  badMessagesWithinMs: 10_000,
  /** Begun and not ended, of one connection. */
  openSpans: 100_000,
};
export type Limits = Readonly<typeof defaultLimits>;

/** Why a request goes no further. The message names the check or the limit, never a value. */
export class Refusal {
  readonly status: number;
  readonly message: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The connection cannot be used again. */
  readonly close: boolean;
  constructor(status: number, message: string, more: { headers?: Record<string, string>; close?: boolean } = {}) {
    this.status = status;
    this.message = message;
    this.headers = more.headers ?? {};
    this.close = more.close ?? false;
  }
}

/** Not now, but soon. */
export const retryLater = (seconds: number, message = 'not able to take more at the moment'): Refusal =>
  new Refusal(503, message, { headers: { 'Retry-After': String(Math.max(1, Math.ceil(seconds))) } });

/** More requests than one client may make. */
export const tooManyRequests = (): Refusal => new Refusal(429, 'too many requests a second', { headers: { 'Retry-After': '1' } });

/** Header lines as they came, so that repeated ones are seen. */
export class HeaderLines {
  readonly #raw: readonly string[];

  /** Names and values by turns, as Node's `rawHeaders`. */
  constructor(raw: readonly string[]) { this.#raw = raw; }

  get count(): number { return this.#raw.length / 2; }

  /** As HTTP/2 counts a header list (RFC 9113, section 6.5.2). */
  get listSize(): number { return this.#raw.reduce((size, text) => size + text.length, this.count * 32); }

  /** The values of every line of this (lower-case) name. */
  all(name: string): string[] {
    const values: string[] = [];
    for (let i = 0; i + 1 < this.#raw.length; i += 2) {
      const line = this.#raw[i] as string;
      if (line.length === name.length && line.toLowerCase() === name) values.push(this.#raw[i + 1] as string);
    }
    return values;
  }

  first(name: string): string | undefined { return this.all(name)[0]; }
}

export interface RequestHead {
  readonly method: string;
  /** As it stands in the request line. */
  readonly target: string;
  readonly headers: HeaderLines;
}

export interface AdmittedHead {
  /** As received, without the query. */
  readonly path: string;
  /** To be added to every answer: only for an origin on the user's list. */
  readonly crossOrigin: Readonly<Record<string, string>>;
}

export interface AdmittedContent {
  readonly mediaType: string;
  readonly format: string;
  readonly isGzip: boolean;
}

const loopbackNames = ['localhost', '127.0.0.1', '[::1]'];
const authorityForm = /^(\[[0-9a-f:.]{2,45}\]|[a-z0-9._-]{1,253})(?::[0-9]{1,5})?$/i;
const bearerForm = /^Bearer +([A-Za-z0-9._~+/-]{1,1024}=*) *$/i;
const absoluteForm = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)(.*)$/i;

/**
 * Who may hand in what: the checks of the threat model's section 2 that look at a request before its body, in their
 * order, for HTTP, WebSocket and gRPC.
 */
export class Admission {
  readonly limits: Limits;
  readonly #hosts: ReadonlySet<string>;
  readonly #origins: ReadonlySet<string>;

  constructor(options: { allowedHosts: readonly string[]; allowedOrigins: readonly string[]; limits?: Partial<Limits> }) {
    this.limits = { ...defaultLimits, ...options.limits };
    this.#hosts = new Set([...loopbackNames, ...options.allowedHosts.map((host) => host.toLowerCase())]);
    this.#origins = new Set(options.allowedOrigins);
  }

  /** Framing, authority and origin of an HTTP/1 request. */
  head({ target, headers }: RequestHead): AdmittedHead | Refusal {
    if (headers.count > this.limits.headerCount) return new Refusal(431, `more than ${this.limits.headerCount} headers`, { close: true });
    const codings = headers.all('transfer-encoding');
    if (codings.length > 1 || (codings[0] ?? 'chunked').toLowerCase() !== 'chunked') {
      return new Refusal(400, 'Transfer-Encoding other than chunked', { close: true });
    }
    const hosts = headers.all('host');
    if (hosts.length !== 1) return new Refusal(400, 'not exactly one Host header', { close: true });
    const parts = partsOf(target);
    if (parts === undefined) return new Refusal(400, 'malformed request target', { close: true });
    return this.authority(parts.authority === undefined ? hosts : [...hosts, parts.authority])
      ?? this.origin(headers)
      ?? { path: parts.path, crossOrigin: this.#crossOrigin(headers) };
  }

  /** Refuses names that do not mean this machine: a page that has rebound its name to 127.0.0.1 still sends its own. */
  authority(values: readonly string[]): Refusal | undefined {
    const isAllowed = (value: string): boolean => this.#hosts.has(authorityForm.exec(value)?.[1]?.toLowerCase() ?? '');
    return values.length > 0 && values.every(isAllowed) ? undefined : new Refusal(403, 'host not allowed');
  }

  /** Refuses what a web page sends, unless its origin is on the user's list. */
  origin(headers: HeaderLines): Refusal | undefined {
    const origins = headers.all('origin');
    if (origins.length === 1 && this.#origins.has(origins[0] as string)) return undefined;
    if (origins.length > 0) return new Refusal(403, 'origin not allowed');
    const isOwn = headers.all('sec-fetch-site').every((site) => site === 'none' || site === 'same-origin');
    return isOwn ? undefined : new Refusal(403, 'cross-site request not allowed');
  }

  /** Whether a request shows the token (RFC 6750, section 2.1). Without any it may do what needs none; with a wrong one, nothing. */
  token(headers: HeaderLines, isToken: (text: string) => boolean): boolean | Refusal {
    const lines = headers.all('authorization');
    if (lines.length === 0) return false;
    const token = lines.length === 1 ? bearerForm.exec(lines[0] as string)?.[1] : undefined;
    return (token !== undefined && isToken(token)) || new Refusal(401, 'token not accepted', { headers: { 'WWW-Authenticate': 'Bearer' } });
  }

  /** Content type, content encoding and declared length of what is posted. */
  content(headers: HeaderLines, formats: ReadonlyMap<string, string>): AdmittedContent | Refusal {
    const mediaType = mediaTypeOf(headers);
    const format = mediaType === undefined ? undefined : formats.get(mediaType);
    if (mediaType === undefined || format === undefined) {
      return new Refusal(415, `Content-Type must be ${[...formats.keys()].join(' or ')}`, { headers: acceptedEncodings });
    }
    const coding = headers.all('content-encoding').join(',').toLowerCase();
    if (coding !== '' && coding !== 'identity' && coding !== 'gzip') {
      return new Refusal(415, 'Content-Encoding must be gzip or identity', { headers: acceptedEncodings });
    }
    if (Number(headers.first('content-length') ?? 0) > this.limits.bodyBytes) return this.tooLarge();
    return { mediaType, format, isGzip: coding === 'gzip' };
  }

  tooLarge(): Refusal { return new Refusal(413, `body over ${this.limits.bodyBytes} bytes`, { close: true }); }

  #crossOrigin(headers: HeaderLines): Record<string, string> {
    const origin = headers.first('origin');
    return origin === undefined ? {} : { 'Access-Control-Allow-Origin': origin, Vary: 'Origin' };
  }
}

const acceptedEncodings = { 'Accept-Encoding': 'gzip, identity' };

/** The media type of the one Content-Type line; undefined when there are none or several, or its charset is not UTF-8. */
export function mediaTypeOf(headers: HeaderLines): string | undefined {
  const [value, ...others] = headers.all('content-type');
  if (value === undefined || others.length > 0) return undefined;
  const [mediaType = '', ...parameters] = value.split(';').map((part) => part.trim());
  const charset = parameters.map((part) => part.toLowerCase()).find((part) => part.startsWith('charset='));
  return charset === undefined || /^charset="?utf-8"?$/.test(charset) ? mediaType : undefined;
}

/** Path without query, and the authority when the target is in absolute form. */
function partsOf(target: string): { path: string; authority?: string } | undefined {
  const absolute = absoluteForm.exec(target);
  if (absolute === null) return { path: withoutQuery(target) };
  if (absolute[1]?.toLowerCase() !== 'http') return undefined;
  return { path: withoutQuery(absolute[3] ?? '') || '/', authority: absolute[2] ?? '' };
}

function withoutQuery(target: string): string {
  const query = target.indexOf('?');
  return query < 0 ? target : target.slice(0, query);
}
