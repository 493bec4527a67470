import { useMemo, useState } from 'preact/hooks';
import type { SpanRecord } from '../../src/model/records.ts';
import { CopyButton, IconButton, LinkButton } from '../components/button.tsx';
import { Icon } from '../components/icon.tsx';
import { numbers } from '../components/numbers.ts';
import { visibleName } from '../../src/model/visibleText.ts';
import { usePanel } from '../state/panelContext.ts';
import { AttributeList } from './attributeList.tsx';
import { Section } from './bodyView.tsx';
import { exactText } from './jsonText.ts';
import { readingsOf } from './readAs.ts';

type Entry = readonly [key: string, value: unknown];

interface AttributesTabProps {
  readonly record: SpanRecord;
  /** Opens all of the span as JSON in an editor. */
  readonly onOpenJson: () => void;
}

/** How the attributes were read, and what was received: of the span, its resource and its scope, with the identity of the span. */
export function AttributesTab({ record, onOpenJson }: AttributesTabProps) {
  const panel = usePanel();
  const [filter, setFilter] = useState('');
  const wanted = filter.trim().toLowerCase();
  const readings = useMemo(() => readingsOf(record), [record]);
  const sections = useMemo(() => sectionsOf(record), [record]);
  return (
    <>
      <label class="attribute-filter">
        <Icon name="filter" /><span class="unseen">Filter attributes</span>
        <input type="text" value={filter} placeholder="Filter attributes" spellcheck={false} onInput={(event) => setFilter(event.currentTarget.value)} />
        {filter !== '' && <IconButton icon="close" label="Clear filter" onClick={() => setFilter('')} />}
      </label>
      {wanted === '' && readings.length > 0 && (
        <Section title="Read as">
          <dl class="pairs">
            {readings.map(({ name, value, source }) => <><dt key={name}>{name}</dt><dd>{value}<span class="from">{source}</span></dd></>)}
          </dl>
        </Section>
      )}
      {sections.map(({ title, entries }) => {
        const matching = entries.filter((entry) => matches(entry, wanted));
        if (matching.length === 0 && title !== 'As received') return null;
        const all = Object.fromEntries(entries);
        return (
          <Section
            key={title} title={title} note={wanted === '' ? numbers.count(entries.length) : `${matching.length} of ${entries.length}`}
            actions={<>{title === 'As received' && <LinkButton onClick={onOpenJson}>Open as JSON</LinkButton>}<CopyButton what={`attributes (${title.toLowerCase()})`} onCopy={() => panel.copy(exactText(all))} /></>}
          >
            {matching.length === 0 ? <p class="desc small">{entries.length === 0 ? 'None.' : `No key or value contains “${visibleName(filter)}”.`}</p> : <AttributeList entries={matching} />}
          </Section>
        );
      })}
    </>
  );
}

function sectionsOf(record: SpanRecord): readonly { readonly title: string; readonly entries: readonly Entry[] }[] {
  const { scope } = record;
  const scopeEntries: Entry[] = scope === undefined ? [] : [['name', scope.name], ['version', scope.version], ...Object.entries(scope.attributes ?? {})];
  const identity: Entry[] = [
    ['name', record.name], ['traceId', record.traceId], ['spanId', record.spanId], ['parentSpanId', record.parentSpanId], ['kind', record.kind],
    ['startTimeUnixNano', record.startUnixNano], ['endTimeUnixNano', record.endUnixNano], ['status', record.status.code], ['service', record.service],
  ];
  const present = (entries: readonly Entry[]): readonly Entry[] => entries.filter(([, value]) => value !== undefined && value !== '');
  return [
    { title: 'As received', entries: sorted(record.attributes) },
    { title: 'Span', entries: present(identity) },
    { title: 'Resource', entries: sorted(record.resource) },
    { title: 'Scope', entries: present(scopeEntries) },
  ];
}

const sorted = (attributes: Readonly<Record<string, unknown>>): readonly Entry[] =>
  Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));

function matches([key, value]: Entry, wanted: string): boolean {
  return wanted === '' || key.toLowerCase().includes(wanted) || exactText(value).toLowerCase().includes(wanted);
}
