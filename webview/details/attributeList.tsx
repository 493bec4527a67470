import { Fragment } from 'preact';
import { useState } from 'preact/hooks';
import { IconButton, LinkButton } from '../components/button.tsx';
import { numbers } from '../components/numbers.ts';
import { visibleBody, visibleName } from '../../src/model/visibleText.ts';
import { usePanel } from '../state/panelContext.ts';
import { ShortenedNote } from './bodyView.tsx';
import { exactText, membersOf, oneLine } from './jsonText.ts';
import { JsonView } from './jsonView.tsx';

const pageLength = 200, longestValue = 300, longestLines = 6, longestLine = 80;

interface AttributeListProps {
  readonly entries: readonly (readonly [key: string, value: unknown])[];
}

/** Keys and values as they were received. */
export function AttributeList({ entries }: AttributeListProps) {
  const [shown, setShown] = useState(pageLength);
  return (
    <>
      <dl class="attributes">
        {entries.slice(0, shown).map(([key, value]) => <AttributeRow key={key} name={key} value={value} />)}
      </dl>
      {entries.length > shown && <LinkButton onClick={() => setShown(shown + pageLength)}>{`Show ${Math.min(pageLength, entries.length - shown)} more of ${entries.length - shown}`}</LinkButton>}
    </>
  );
}

function AttributeRow({ name, value }: { readonly name: string; readonly value: unknown }) {
  const panel = usePanel();
  return (
    <div class={`attribute${isBroad(value) ? ' broad' : ''}`}>
      <dt class="key"><Breakable text={visibleName(name)} /></dt>
      <dd>
        <AttributeValue value={value} />
        <ShortenedNote attribute={name} />
        <IconButton icon="copy" class="copy" label={`Copy value of ${visibleName(name)}`} onClick={() => panel.copy(exactText(value))} />
      </dd>
    </div>
  );
}

/** Whether a value needs the whole width, below its key. */
function isBroad(value: unknown): boolean {
  if (typeof value === 'string') return value.length > longestLine || value.includes('\n');
  return membersOf(value) !== undefined && oneLine(value, longestLine) === undefined;
}

/** A key that breaks between its words where it must. */
function Breakable({ text }: { readonly text: string }) {
  return <>{text.split(/(?<=[._/:-])/).map((part, i) => <Fragment key={i}>{i > 0 && <wbr />}{part}</Fragment>)}</>;
}

function AttributeValue({ value }: { readonly value: unknown }) {
  const [isWhole, setWhole] = useState(false);
  if (typeof value !== 'string') return <StructuredValue value={value} />;
  const end = isWhole ? value.length : Math.min(longestValue, endOfLine(value, longestLines));
  return (
    <span class="value">
      {visibleBody(value.slice(0, end))}
      {end < value.length && <>{'… '}<LinkButton onClick={() => setWhole(true)}>{`Show all ${numbers.count(value.length)} characters`}</LinkButton></>}
    </span>
  );
}

function StructuredValue({ value }: { readonly value: unknown }) {
  const members = membersOf(value);
  if (members === undefined) return <span class={`value ${typeof value === 'number' || typeof value === 'bigint' ? 'number' : 'word'}`}>{exactText(value)}</span>;
  const line = oneLine(value, longestLine);
  return line === undefined ? <JsonView value={value} /> : <span class="value">{visibleBody(line)}</span>;
}

function endOfLine(text: string, lines: number): number {
  let at = -1;
  for (let line = 0; line < lines; line++) {
    at = text.indexOf('\n', at + 1);
    if (at < 0) return text.length;
  }
  return at;
}
