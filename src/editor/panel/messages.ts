import * as z from 'zod/mini';
import type { FromPanel } from '../../protocol/panel.ts';

const maxTextLength = 4 * 1024 * 1024;
const maxImageLength = 64 * 1024 * 1024;
const maxQueryLength = 64 * 1024;
const maxKeyLength = 1024;

const count = z.number().check(z.int(), z.minimum(0), z.maximum(0xffff_ffff));
const text = (length: number): z.ZodMiniString => z.string().check(z.maxLength(length));
const rowRef = z.object({ epoch: z.number().check(z.int()), row: count });

type Schemas = { readonly [T in FromPanel['type']]: z.ZodMiniType<Omit<Extract<FromPanel, { type: T }>, 'type'>> };

/** Every message that a panel's page may send. What does not fit is not acted on. */
const schemas: Schemas = {
  'panel.ready': z.object({ traceId: z.exactOptional(text(maxKeyLength)) }),
  'rows.ack': z.object({ revision: z.number() }),
  'selection.changed': z.object({ ref: z.nullable(rowRef) }),
  'details.get': z.object({ ref: rowRef }),
  'source.open': z.object({ ref: rowRef, index: z.exactOptional(count), beside: z.boolean() }),
  'frame.open': z.object({ ref: rowRef, event: count, line: count, beside: z.boolean() }),
  'link.open': z.object({ ref: rowRef, link: count }),
  'search.run': z.object({ id: z.number(), query: text(maxQueryLength), from: z.exactOptional(rowRef) }),
  'value.copy': z.object({ text: text(maxTextLength) }),
  'value.open': z.object({ ref: rowRef, what: z.literal(['json', 'attribute']), key: z.exactOptional(text(maxKeyLength)) }),
  'image.save': z.object({ kind: z.literal(['png', 'svg']), data: text(maxImageLength) }),
  'file.run': z.object({ action: z.literal(['stop', 'follow', 'keep', 'report', 'pickTrace', 'openText', 'openAgain']) }),
  'action.run': z.object({
    action: z.literal([
      'runDemo', 'copyEnvironment', 'copyHttp', 'copyGrpc', 'copyWebSocket', 'startReceiver', 'openFile', 'exportTrace', 'showLog', 'useOtherPort', 'mapPath',
    ]),
  }),
  'failure.report': z.object({ message: text(maxTextLength) }),
};

const hasType = z.object({ type: z.string() });

/** The message, or undefined when it is none of ours. */
export function readPanelMessage(message: unknown): FromPanel | undefined {
  const type = hasType.safeParse(message).data?.type;
  if (type === undefined || !Object.hasOwn(schemas, type)) return undefined;
  const read = schemas[type as FromPanel['type']].safeParse(message);
  return read.success ? ({ ...read.data, type } as FromPanel) : undefined;
}

const savedState = z.object({ version: z.literal(1), traceId: z.optional(text(maxKeyLength)), spanId: z.optional(text(maxKeyLength)) });

/** Which trace and span a saved panel showed. */
export function readSavedPanel(state: unknown): { readonly traceId: string | undefined; readonly spanId: string | undefined } {
  const read = savedState.safeParse(state);
  return { traceId: read.data?.traceId, spanId: read.data?.spanId };
}
