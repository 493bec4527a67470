import type { SpanDetails } from '../../src/protocol/panel.ts';
import type { SpanRecord } from '../../src/model/records.ts';
import { Icon } from '../components/icon.tsx';
import { numbers } from '../components/numbers.ts';
import { visibleName } from '../../src/model/visibleText.ts';
import type { Trace } from '../state/trace.ts';
import { AttributeList } from './attributeList.tsx';
import { Section, ShortenedNote, TextBody, ValueBody, ValueSection } from './bodyView.tsx';
import { contentOf } from './content.ts';
import type { RetrievedText, Section as ContentSection } from './content.ts';
import { ErrorBox } from './errorBox.tsx';
import { MessagesSection, Folding } from './messagesSection.tsx';
import { AttemptsSection, WorkSection } from './relatedSections.tsx';

interface ContentTabProps {
  readonly details: SpanDetails;
  readonly trace: Trace;
}

/** What the span did, by its role; an error comes first. */
export function ContentTab({ details, trace }: ContentTabProps) {
  const { record, ref } = details;
  const sections = contentOf(record);
  return (
    <>
      <ErrorBox details={details} />
      {sections.map((section, i) => <SectionView key={i} section={section} record={record} />)}
      <AttemptsSection trace={trace} row={ref.row} />
      <WorkSection trace={trace} row={ref.row} />
      {!record.marks.includes('placeholder') && <p class="desc nothing">This span recorded nothing but its times.</p>}
    </>
  );
}

function SectionView({ section, record }: { readonly section: ContentSection; readonly record: SpanRecord }) {
  switch (section.kind) {
    case 'tokens': return <TokensSection {...section} />;
    case 'messages': return <MessagesSection {...section} cachedTokens={record.agent?.cacheReadTokens} />;
    case 'body': return <ValueSection title={section.title} value={section.value} attribute={section.attribute} />;
    case 'documents': return <DocumentsSection {...section} />;
    case 'options': return <OptionsSection {...section} />;
    case 'facts': return <Section title="Attributes"><AttributeList entries={section.facts} /></Section>;
  }
}

const tokenFill = { cached: 'llm cached', 'new input': 'llm', output: 'agent', reasoning: 'memory' } as const;

function TokensSection({ parts, attribute }: Extract<ContentSection, { kind: 'tokens' }>) {
  const total = parts.reduce((sum, { count }) => sum + count, 0);
  return (
    <Section title="Tokens" from={attribute}>
      <div class="token-bar" aria-hidden="true">
        {parts.map(({ name, count }) => <span key={name} class={`fill-${tokenFill[name]}`} style={{ width: `${Math.max(1.5, (count / total) * 100)}%` }} />)}
      </div>
      <div class="token-keys">
        {parts.map(({ name, count }) => <span key={name} class={`token-key num fill-${tokenFill[name].split(' ')[0]}`}><i class={name === 'cached' ? 'cached' : ''} />{name} <b title={numbers.count(count)}>{numbers.tokens(count)}</b></span>)}
      </div>
    </Section>
  );
}

function DocumentsSection({ documents, attribute }: Extract<ContentSection, { kind: 'documents' }>) {
  return (
    <Section title="Documents" from={attribute} note={numbers.count(documents.length)}>
      {documents.map((document, i) => <DocumentView key={i} document={document} place={i + 1} />)}
      <ShortenedNote attribute={attribute} />
    </Section>
  );
}

function DocumentView({ document: { id, score, content, metadata }, place }: { readonly document: RetrievedText; readonly place: number }) {
  return (
    <article class="document" aria-label={`Document ${place}`}>
      <div class="document-head">
        <span class="num desc">{place}</span>
        <span class="name cut grow value">{visibleName(id ?? '')}</span>
        {score !== undefined && <span class="num"><span class="desc">score </span>{score}</span>}
      </div>
      {content !== undefined && <TextBody text={content} look="code" />}
      {metadata !== undefined && metadata !== null && <Folding title="Metadata" note=""><ValueBody value={metadata} view="json" /></Folding>}
    </article>
  );
}

function OptionsSection({ options, chosen, attribute }: Extract<ContentSection, { kind: 'options' }>) {
  const all = chosen === undefined || options.includes(chosen) ? options : [chosen, ...options];
  return (
    <Section title="Options" from={attribute}>
      <ul class="lines">
        {all.map((option, i) => (
          <li key={i} class={option === chosen ? 'chosen' : ''}>
            <Icon name={option === chosen ? 'check' : 'circle-outline'} class={option === chosen ? 'passed-icon' : 'desc'} />
            <span class="name">{visibleName(option)}</span>
            {option === chosen && <span class="desc">chosen</span>}
          </li>
        ))}
      </ul>
      <ShortenedNote attribute={attribute} />
    </Section>
  );
}
