import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { EventRecord, LinkRecord, LogEntry } from '../../src/model/records.ts';
import type { SpanDetails } from '../../src/protocol/panel.ts';
import { CopyButton, LinkButton } from '../components/button.tsx';
import { Icon } from '../components/icon.tsx';
import { visibleName } from '../../src/model/visibleText.ts';
import { usePanel } from '../state/panelContext.ts';
import type { Trace } from '../state/trace.ts';
import { AttributeList } from './attributeList.tsx';
import { jsonIn } from './body.ts';
import { ValueBody } from './bodyView.tsx';
import { isException } from './failure.ts';
import { StackTrace } from './stackTrace.tsx';
import { whenOf } from './times.ts';

interface TabProps {
  readonly details: SpanDetails;
  readonly trace: Trace;
}

const pageLength = 100;

export function EventsTab({ details, trace }: TabProps) {
  return <Entries items={details.record.events} what="events" draw={(event, i) => <EventEntry event={event} index={i} details={details} trace={trace} />} />;
}

export function LogsTab({ details, trace }: TabProps) {
  return <Entries items={details.record.logs} what="logs" draw={(log) => <LogLine log={log} trace={trace} />} />;
}

export function LinksTab({ details }: TabProps) {
  return <Entries items={details.record.links} what="links" draw={(link, i) => <LinkEntry link={link} index={i} details={details} />} />;
}

interface EntriesProps<T> {
  readonly items: readonly T[];
  readonly what: string;
  readonly draw: (item: T, index: number) => ComponentChildren;
}

/** A long list in parts. */
function Entries<T>({ items, what, draw }: EntriesProps<T>) {
  const [shown, setShown] = useState(pageLength);
  return (
    <>
      <ul>{items.slice(0, shown).map((item, i) => <li key={i} class="entry">{draw(item, i)}</li>)}</ul>
      {items.length > shown && <LinkButton onClick={() => setShown(shown + pageLength)}>{`Show ${Math.min(pageLength, items.length - shown)} more ${what}`}</LinkButton>}
    </>
  );
}

function EventEntry({ event, index, details, trace }: TabProps & { readonly event: EventRecord; readonly index: number }) {
  const when = whenOf(event.timeUnixNano, trace, Date.now());
  const stack = Object.hasOwn(event.attributes, 'exception.stacktrace') ? event.attributes['exception.stacktrace'] : undefined;
  const hasStack = typeof stack === 'string' && stack !== '';
  const entries = Object.entries(event.attributes).filter(([key]) => !hasStack || key !== 'exception.stacktrace');
  return (
    <>
      <div class="entry-head">
        <span class="when num" title={when.exact}>{when.offset}</span>
        {isException(event) && <Icon name="error" class="error-icon" label="exception" />}
        <span class="value name">{visibleName(event.name)}</span>
      </div>
      {entries.length > 0 && <AttributeList entries={entries} />}
      {hasStack && <StackTrace text={stack} frames={details.frames.filter((frame) => frame.event === index)} details={details} />}
    </>
  );
}

/** https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber */
const errorSeverity = 17, warnSeverity = 13;
/** A shorter text stands beside its time. */
const longestLine = 240;

function LogLine({ log, trace }: { readonly log: LogEntry; readonly trace: Trace }) {
  const when = whenOf(log.timeUnixNano, trace, Date.now());
  const { severityNumber = 0, severity } = log;
  const tone = severityNumber >= errorSeverity ? 'error' : severityNumber >= warnSeverity ? 'warn' : '';
  const entries = Object.entries(log.attributes);
  const isLine = typeof log.body === 'string' && log.body.length <= longestLine && !log.body.includes('\n') && jsonIn(log.body) === undefined;
  return (
    <>
      <div class="entry-head">
        <span class="when num" title={when.exact}>{when.offset}</span>
        {severity !== undefined && severity !== '' && <span class={`severity ${tone}`}>{visibleName(severity)}</span>}
        {log.eventName !== undefined && log.eventName !== '' && <span class="value name">{visibleName(log.eventName)}</span>}
        {isLine && <span class="said mono">{visibleName(String(log.body))}</span>}
      </div>
      {!isLine && log.body !== undefined && log.body !== null && log.body !== '' && <ValueBody value={log.body} view="json" />}
      {entries.length > 0 && <AttributeList entries={entries} />}
    </>
  );
}

function LinkEntry({ link, index, details }: { readonly link: LinkRecord; readonly index: number; readonly details: SpanDetails }) {
  const panel = usePanel();
  const isHere = link.traceId === details.record.traceId;
  const entries = Object.entries(link.attributes);
  return (
    <>
      <div class="entry-head">
        <LinkButton onClick={() => panel.post({ type: 'link.open', ref: details.ref, link: index })}>{isHere ? 'Go to span' : 'Open its trace'}</LinkButton>
        <span class="mono name cut">{visibleName(isHere ? link.spanId : `${link.traceId} ${link.spanId}`)}</span>
        <span class="grow" />
        <CopyButton what="ids" onCopy={() => panel.copy(`${link.traceId} ${link.spanId}`)} />
      </div>
      {link.traceState !== undefined && link.traceState !== '' && <div class="desc mono">{visibleName(link.traceState)}</div>}
      {entries.length > 0 && <AttributeList entries={entries} />}
    </>
  );
}
