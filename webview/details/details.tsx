import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import type { SpanDetails } from '../../src/protocol/panel.ts';
import { LinkButton } from '../components/button.tsx';
import { numbers } from '../components/numbers.ts';
import { visibleName } from '../../src/model/visibleText.ts';
import { sameRef } from '../state/detailsLoader.ts';
import { usePanel } from '../state/panelContext.ts';
import { useSignal } from '../state/signal.ts';
import type { Trace } from '../state/trace.ts';
import { AttributesTab } from './attributesTab.tsx';
import { ContentTab } from './contentTab.tsx';
import { DetailsHead, FigureStrip } from './head.tsx';
import { EventsTab, LinksTab, LogsTab } from './recordTabs.tsx';
import { ValueActionsContext } from './valueActions.ts';
import type { ValueActions } from './valueActions.ts';

interface DetailsProps {
  readonly trace: Trace;
  /** Present in a drawer. */
  readonly onClose?: () => void;
}

/** Everything about the selected span. */
export function Details({ trace, onClose }: DetailsProps) {
  const panel = usePanel();
  useSignal(panel.selection);
  useSignal(panel.clock.tick);
  const { details, failure } = useSignal(panel.details.state);
  const row = panel.selectedRow;
  if (row < 0) return <section class="details" aria-label="Details"><p class="details-hint">Select a span to see what it did.</p></section>;
  const current = sameRef(details?.ref, { epoch: trace.epoch, row }) ? details : undefined;
  return (
    <section class="details" aria-label="Details">
      <DetailsHead key={row} trace={trace} row={row} details={current} onClose={onClose} />
      <FigureStrip trace={trace} row={row} details={current} />
      {failure !== undefined && <p class="details-hint">{visibleName(failure)} <LinkButton onClick={() => panel.details.want({ epoch: trace.epoch, row })}>Try again</LinkButton></p>}
      {current !== undefined && <Tabs details={current} trace={trace} />}
    </section>
  );
}

interface Tab {
  readonly id: string;
  readonly title: string;
  readonly count?: number;
}

function tabsOf({ record }: SpanDetails): readonly Tab[] {
  const lists: readonly Required<Tab>[] = [
    { id: 'attributes', title: 'Attributes', count: Object.keys(record.attributes).length },
    { id: 'events', title: 'Events', count: record.events.length },
    { id: 'logs', title: 'Logs', count: record.logs.length },
    { id: 'links', title: 'Links', count: record.links.length },
  ];
  // Attributes also hold the identity, resource and scope, so that tab is never empty.
  return [{ id: 'content', title: 'Content' }, ...lists.filter(({ id, count }) => count > 0 || id === 'attributes')];
}

function Tabs({ details, trace }: { readonly details: SpanDetails; readonly trace: Trace }) {
  const panel = usePanel();
  const wanted = useSignal(panel.view.detailsTab);
  const tabs = tabsOf(details);
  const shown = tabs.find(({ id }) => id === wanted)?.id ?? 'content';
  const list = useRef<HTMLDivElement | null>(null);
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    event.stopPropagation();
    const at = tabs.findIndex(({ id }) => id === shown);
    const next = (at + step + tabs.length) % tabs.length;
    panel.view.detailsTab.value = tabs[next]?.id ?? 'content';
    list.current?.querySelectorAll<HTMLElement>('[role=tab]')[next]?.focus();
  };
  return (
    <>
      <div class="tabs" role="tablist" aria-label="Parts of the span" ref={list} onKeyDown={onKeyDown}>
        {tabs.map(({ id, title, count }) => (
          <button
            key={id} id={`tab-${id}`} type="button" class="tab" role="tab" aria-selected={id === shown} aria-controls="tab-panel" tabIndex={id === shown ? 0 : -1}
            onClick={() => { panel.view.detailsTab.value = id; }}
          >
            {title}{count !== undefined && count > 0 && <span class="count num">{numbers.count(count)}</span>}
          </button>
        ))}
      </div>
      <TabPanel tab={shown} details={details} trace={trace} />
    </>
  );
}

/** How far each tab was scrolled survives a change of the selection. */
const scrolled = new Map<string, number>();

function TabPanel({ tab, details, trace }: { readonly tab: string; readonly details: SpanDetails; readonly trace: Trace }) {
  const panel = usePanel();
  const element = useRef<HTMLDivElement | null>(null);
  const actions = useMemo((): ValueActions => ({
    fullLengthOf: (attribute) => (Object.hasOwn(details.shortened, attribute) ? details.shortened[attribute] : undefined),
    openAttribute: (key) => panel.post({ type: 'value.open', ref: details.ref, what: 'attribute', key }),
  }), [details]);
  useLayoutEffect(() => {
    if (element.current !== null) element.current.scrollTop = scrolled.get(tab) ?? 0;
  }, [tab, details.record.spanId]);
  return (
    <ValueActionsContext.Provider value={actions}>
      <div
        class="tab-panel" id="tab-panel" role="tabpanel" tabIndex={0} aria-labelledby={`tab-${tab}`} ref={element} key={`${tab} ${details.record.spanId}`}
        onScroll={(event) => scrolled.set(tab, event.currentTarget.scrollTop)}
      >
        {tab === 'content' && <ContentTab details={details} trace={trace} />}
        {tab === 'attributes' && <AttributesTab record={details.record} onOpenJson={() => panel.post({ type: 'value.open', ref: details.ref, what: 'json' })} />}
        {tab === 'events' && <EventsTab details={details} trace={trace} />}
        {tab === 'logs' && <LogsTab details={details} trace={trace} />}
        {tab === 'links' && <LinksTab details={details} trace={trace} />}
      </div>
    </ValueActionsContext.Provider>
  );
}
