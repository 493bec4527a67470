import type { ComponentChildren } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { numbers } from '../components/numbers.ts';
import { CopyButton, LinkButton } from '../components/button.tsx';
import { visibleBody } from '../../src/model/visibleText.ts';
import { usePanel } from '../state/panelContext.ts';
import { cutText, jsonIn, piecesOf } from './body.ts';
import { exactText } from './jsonText.ts';
import { JsonView } from './jsonView.tsx';
import { useValueActions } from './valueActions.ts';

interface TextBodyProps {
  readonly text: string;
  /** How it is drawn: as prose in the editor's font, or as code. */
  readonly look: 'prose' | 'code';
  readonly class?: string;
}

/** A text that is folded while it is long. */
export function TextBody({ text, look, class: className = '' }: TextBodyProps) {
  const [isWhole, setWhole] = useState(false);
  const cut = useMemo(() => cutText(text), [text]);
  const isCut = cut.hiddenLength > 0;
  const shown = visibleBody(isCut && !isWhole ? cut.shown : text);
  return (
    <>
      {look === 'prose' ? <div class={`prose ${className}`}><Prose text={shown} /></div> : <div class={`code ${className}`}>{shown}</div>}
      {isCut && <div class="body-more"><LinkButton onClick={() => setWhole(!isWhole)}>{isWhole ? 'Show less' : `Show all, ${hiddenText(cut)}`}</LinkButton></div>}
    </>
  );
}

const hiddenText = ({ hiddenLines, hiddenLength }: { readonly hiddenLines: number; readonly hiddenLength: number }): string =>
  hiddenLines > 1 ? `${numbers.count(hiddenLines)} more lines` : `${numbers.count(hiddenLength)} more characters`;

function Prose({ text }: { readonly text: string }) {
  return <>{piecesOf(text).map(({ kind, text: piece }, i) => (kind === 'prose' ? piece : kind === 'code' ? <code key={i}>{piece}</code> : <div key={i} class="code">{piece}</div>))}</>;
}

/** Any value: texts as they are or, when they hold JSON, as JSON; everything else as JSON. */
export function ValueBody({ value, view }: { readonly value: unknown; readonly view: 'json' | 'text' }) {
  const json = useMemo(() => parsedValue(value), [value]);
  if (view === 'json' && json !== undefined) return <JsonView value={json} />;
  return <TextBody text={exactText(value)} look="code" />;
}

/** The value as something with members: itself, or what its text holds. */
export const parsedValue = (value: unknown): unknown => (typeof value === 'string' ? jsonIn(value) : value);

interface ValueSectionProps {
  readonly title: string;
  readonly value: unknown;
  /** The attribute that it came from. */
  readonly attribute: string | undefined;
}

/** A titled value with its attribute key, size, both readings and copy. */
export function ValueSection({ title, value, attribute }: ValueSectionProps) {
  const panel = usePanel();
  const [view, setView] = useState<'json' | 'text'>('json');
  const hasBoth = typeof value === 'string' && parsedValue(value) !== undefined;
  const size = typeof value === 'string' && value.length >= 1000 ? numbers.size(new Blob([value]).size) : undefined;
  return (
    <Section
      title={title} from={attribute} note={size}
      actions={<>
        {hasBoth && <LinkButton onClick={() => setView(view === 'json' ? 'text' : 'json')}>{view === 'json' ? 'As text' : 'As JSON'}</LinkButton>}
        <CopyButton what={title.toLowerCase()} onCopy={() => panel.copy(exactText(value))} />
      </>}
    >
      <ValueBody value={value} view={view} />
      <ShortenedNote attribute={attribute} />
    </Section>
  );
}

/** Says that the host sent only the beginning of an attribute, and opens all of it. */
export function ShortenedNote({ attribute }: { readonly attribute: string | undefined }) {
  const { fullLengthOf, openAttribute } = useValueActions();
  const length = attribute === undefined ? undefined : fullLengthOf(attribute);
  if (attribute === undefined || length === undefined) return null;
  return (
    <div class="body-more">
      <span class="desc">{`Cut for display, ${numbers.count(length)} characters in all.`}</span>
      <LinkButton onClick={() => openAttribute(attribute)}>Open all in an editor</LinkButton>
    </div>
  );
}

interface SectionProps {
  readonly title: string;
  readonly from?: string | undefined;
  readonly note?: string | undefined;
  readonly actions?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** A part of the details under a small heading that says where it came from. */
export function Section({ title, from, note, actions, children }: SectionProps) {
  return (
    <section class="section" aria-label={title}>
      <div class="section-head">
        <h3>{title}</h3>
        {from !== undefined && from !== '' && <span class="from cut" title={from}>{from}</span>}
        {note !== undefined && <span class="plain num">{note}</span>}
        <span class="grow" />
        {actions}
      </div>
      {children}
    </section>
  );
}
