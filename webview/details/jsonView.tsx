import { useState } from 'preact/hooks';
import { Icon } from '../components/icon.tsx';
import { visibleBody } from '../../src/model/visibleText.ts';
import { bracketsOf, membersOf, memberCount, oneLine, plainText } from './jsonText.ts';

/** Levels that are open at first. */
const openLevels = 2;
const inlineLength = 40, pageLength = 100, longestText = 600, deepest = 64;

/** A value as JSON with foldable objects and lists. Everything is text; nothing in it is interpreted. */
export function JsonView({ value }: { readonly value: unknown }) {
  return <div class="code json"><Node name={undefined} value={value} depth={0} tail="" /></div>;
}

interface NodeProps {
  readonly name: string | undefined;
  readonly value: unknown;
  readonly depth: number;
  /** What stands behind it: a comma or nothing. */
  readonly tail: string;
}

function Node({ name, value, depth, tail }: NodeProps) {
  const members = membersOf(value);
  const isShort = members === undefined || members.length === 0 || depth >= deepest || oneLine(value, inlineLength) !== undefined;
  if (isShort) return <span class="json-line"><Key name={name} /><Inline value={value} depth={depth} />{tail}</span>;
  return <Branch name={name} value={value} depth={depth} tail={tail} members={members} />;
}

function Branch({ name, value, depth, tail, members }: NodeProps & { readonly members: NonNullable<ReturnType<typeof membersOf>> }) {
  const [isOpen, setOpen] = useState(depth < openLevels);
  const [shown, setShown] = useState(pageLength);
  const [open, close] = bracketsOf(value);
  const toggle = (
    <button type="button" class="json-toggle" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
      <Icon name={isOpen ? 'chevron-down' : 'chevron-right'} /><Key name={name} />{isOpen ? open : `${open} … ${close}${tail}`}
    </button>
  );
  if (!isOpen) return <span class="json-line">{toggle} <span class="desc">{memberCount(value)}</span></span>;
  return (
    <>
      <span class="json-line">{toggle}</span>
      <div class="json-nest">
        {members.slice(0, shown).map(([key, member], i) => <Node key={i} name={key} value={member} depth={depth + 1} tail={i < members.length - 1 ? ',' : ''} />)}
        {members.length > shown && (
          <button type="button" class="link json-line" onClick={() => setShown(shown + pageLength * 5)}>{`Show ${Math.min(pageLength * 5, members.length - shown)} more of ${members.length - shown}`}</button>
        )}
      </div>
      <span class="json-line">{close}{tail}</span>
    </>
  );
}

function Key({ name }: { readonly name: string | undefined }) {
  return name === undefined ? null : <><span class="json-key">{visibleBody(JSON.stringify(name))}</span>{': '}</>;
}

/** Short values in one line, with the colours of their types. */
function Inline({ value, depth }: { readonly value: unknown; readonly depth: number }) {
  const members = membersOf(value);
  if (members === undefined) return <Plain value={value} />;
  const [open, close] = bracketsOf(value);
  if (members.length === 0) return <>{open + close}</>;
  if (depth >= deepest) return <>{`${open} … ${close}`}</>;
  const pad = open === '{' ? ' ' : '';
  return (
    <>
      {open}{pad}
      {members.map(([key, member], i) => <span key={i}><Key name={key} /><Inline value={member} depth={depth + 1} />{i < members.length - 1 ? ', ' : ''}</span>)}
      {pad}{close}
    </>
  );
}

function Plain({ value }: { readonly value: unknown }) {
  const [isWhole, setWhole] = useState(false);
  const text = visibleBody(plainText(value));
  if (typeof value !== 'string') return <span class={typeof value === 'number' || typeof value === 'bigint' ? 'json-number' : 'json-word'}>{text}</span>;
  if (isWhole || text.length <= longestText) return <span class="json-string">{text}</span>;
  return (
    <>
      <span class="json-string">{text.slice(0, longestText)}</span>
      <button type="button" class="link" onClick={() => setWhole(true)}>{`… ${text.length - longestText} more characters`}</button>
    </>
  );
}
