import type { Endpoints } from '../protocol/collector.ts';
import { contentValues } from './contentVariables.ts';
import type { ContentChoice } from './contentVariables.ts';
import type { Layers } from './layers.ts';
import { nodeOptionsWith, pythonPathWith, resourceAttributesWith } from './pathVariables.ts';

/** What a program is to be told. */
export interface Wish {
  /** Where the receiver listens now. */
  readonly endpoints: Endpoints;
  /** Absent where programs are not told breakpoints. */
  readonly token?: string;
  /** Instead, a file with the token: for programs whose environment others can read. */
  readonly tokenFile?: string | undefined;
  /** Of the run that the program's spans belong to. */
  readonly session?: { readonly id: string; readonly name: string };
  readonly workspace?: string;
  /** Absolute paths of our hooks: a file for Node, a folder for Python. */
  readonly hooks: { readonly node?: string; readonly python?: string };
  readonly content: ContentChoice;
  /** The user asked for our address in place of their own. */
  readonly isOverriding?: boolean;
  /** Between the entries of PYTHONPATH. */
  readonly delimiter: string;
}

/** A variable that stays as the user has set it. */
export interface Kept { readonly name: string; readonly value: string; readonly by: string }

export interface Environment {
  /** What to set, with what was there worked in. */
  readonly variables: ReadonlyMap<string, string>;
  readonly kept: readonly Kept[];
  /** The address that the user has set, for which the program's own exporter does not send to us. */
  readonly elsewhere?: Kept;
}

const endpointName = 'OTEL_EXPORTER_OTLP_ENDPOINT', tracesEndpointName = 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT';
const protocolName = 'OTEL_EXPORTER_OTLP_PROTOCOL', tracesProtocolName = 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL';
/** Milliseconds after which spans and logs are sent, so that they are seen soon after they end. */
const batchDelay = '200';

/**
 * The variables by which a program's spans come to the receiver and belong to their run. Values of the user stay: those
 * that can hold several things are added to, the others are reported. Without an address of this machine nothing is set.
 */
export function environmentFor(wish: Wish, existing: Layers): Environment {
  const endpoints = loopback(wish.endpoints);
  if (endpoints.http === undefined && endpoints.grpc === undefined) return { variables: new Map(), kept: [] };
  const writer = new Writer(existing);
  const elsewhere = wish.isOverriding === true ? undefined : addressOf(existing);
  if (elsewhere !== undefined) writer.keep(elsewhere);
  else setAddress(writer, endpoints, existing, wish.isOverriding === true);
  setOurs(writer, wish, endpoints, existing, elsewhere !== undefined);
  // Where spans go to others as well, nobody has asked for the prompts to be in them.
  if (elsewhere === undefined || wish.content === 'off') {
    for (const [name, value] of contentValues(wish.content, existing.find('OTEL_SEMCONV_STABILITY_OPT_IN')?.value ?? '')) writer.set(name, value);
  }
  return { variables: writer.variables, kept: writer.kept, ...(elsewhere === undefined ? {} : { elsewhere }) };
}

class Writer {
  readonly variables = new Map<string, string>();
  readonly kept: Kept[] = [];
  readonly #existing: Layers;

  constructor(existing: Layers) { this.#existing = existing; }

  /** Sets a variable that the user has not set. */
  set(name: string, value: string): void {
    const found = this.#existing.find(name);
    if (found === undefined) this.variables.set(name, value);
    else if (found.value !== value) this.keep({ name, ...found });
  }

  put(name: string, value: string): void { this.variables.set(name, value); }

  keep(kept: Kept): void { this.kept.push(kept); }
}

function addressOf(existing: Layers): Kept | undefined {
  for (const name of [tracesEndpointName, endpointName]) {
    const found = existing.find(name);
    if (found !== undefined) return { name, ...found };
  }
  return undefined;
}

/** Exporters of gRPC find it at the address of HTTP as well: which ones a program has may be said in its code alone. */
function setAddress(writer: Writer, { http, grpc }: Endpoints, existing: Layers, isOverriding: boolean): void {
  const isGrpc = http === undefined, address = isGrpc ? `http://${grpc}` : http, protocol = isGrpc ? 'grpc' : 'http/protobuf';
  writer.put(endpointName, address);
  if (isOverriding) {
    writer.put(protocolName, protocol);
    if (existing.find(tracesEndpointName) !== undefined) writer.put(tracesEndpointName, isGrpc ? address : `${address}/v1/traces`);
    if (existing.find(tracesProtocolName) !== undefined) writer.put(tracesProtocolName, protocol);
  } else {
    writer.set(protocolName, protocol);
  }
  writer.set('OTEL_BSP_SCHEDULE_DELAY', batchDelay);
  writer.set('OTEL_BLRP_SCHEDULE_DELAY', batchDelay);
}

function setOurs(writer: Writer, wish: Wish, { http }: Endpoints, existing: Layers, isElsewhere: boolean): void {
  const valueOf = (name: string): string => existing.find(name)?.value ?? '';
  if (http !== undefined) writer.put('SPANSCOPE_ENDPOINT', http);
  if (http !== undefined && wish.token !== undefined) writer.put('SPANSCOPE_TOKEN', wish.token);
  if (http !== undefined && wish.tokenFile !== undefined) writer.put('SPANSCOPE_TOKEN_FILE', wish.tokenFile);
  const attributes = resourceAttributes(wish, isElsewhere);
  if (attributes.size > 0) writer.put('OTEL_RESOURCE_ATTRIBUTES', resourceAttributesWith(valueOf('OTEL_RESOURCE_ATTRIBUTES'), attributes));
  if (valueOf('SPANSCOPE_HOOK') === 'off' || http === undefined) return;
  if (wish.hooks.python !== undefined) writer.put('PYTHONPATH', pythonPathWith(valueOf('PYTHONPATH'), wish.hooks.python, wish.delimiter));
  if (wish.hooks.node !== undefined) writer.put('NODE_OPTIONS', nodeOptionsWith(valueOf('NODE_OPTIONS'), wish.hooks.node));
}

/** Names do not go where the user sends spans; the id says nothing to anybody else. */
function resourceAttributes({ session, workspace }: Wish, isElsewhere: boolean): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  if (session !== undefined) attributes.set('spanscope.session.id', session.id);
  if (isElsewhere) return attributes;
  if (session !== undefined) attributes.set('spanscope.session.name', session.name);
  if (workspace !== undefined && workspace !== '') attributes.set('spanscope.workspace', workspace);
  return attributes;
}

/** What of the addresses is one of this machine, by number. */
function loopback({ http, grpc }: Endpoints): Endpoints {
  return {
    ...(http !== undefined && /^http:\/\/(127\.0\.0\.1|\[::1\]):\d+$/.test(http) ? { http } : {}),
    ...(grpc !== undefined && /^(127\.0\.0\.1|\[::1\]):\d+$/.test(grpc) ? { grpc } : {}),
  };
}
