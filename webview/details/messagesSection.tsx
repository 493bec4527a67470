import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { LinkButton } from '../components/button.tsx';
import { Icon, RoleIcon } from '../components/icon.tsx';
import { numbers } from '../components/numbers.ts';
import { visibleName } from '../../src/model/visibleText.ts';
import { Section, ShortenedNote, TextBody, ValueBody } from './bodyView.tsx';
import type { Section as ContentSection } from './content.ts';
import { oneLine } from './jsonText.ts';
import { MediaPart } from './mediaPart.tsx';
import { firstLineOf, speakerOf, tellingFinish } from './messages.ts';
import type { Message, Part } from './messages.ts';

type Messages = Extract<ContentSection, { kind: 'messages' }>;

const pageLength = 50;

/** The conversation of a model call. What was part of an earlier call is folded to one line until asked for. */
export function MessagesSection({ messages, before, keys, cachedTokens }: Messages & { readonly cachedTokens: number | undefined }) {
  const [isNewOnly, setNewOnly] = useState(true);
  const [shown, setShown] = useState(pageLength);
  const isInstruction = ({ role }: Message): boolean => role === 'system' || role === 'developer';
  const instructions = messages.filter((message, i) => i < before && isInstruction(message));
  const earlier = messages.filter((message, i) => i < before && !isInstruction(message));
  const listed = isNewOnly ? [...instructions, ...messages.slice(before)] : messages;
  const cached = cachedTokens === undefined || cachedTokens === 0 ? '' : `, ${numbers.tokens(cachedTokens)} tokens from the cache`;
  const chip = (
    <button type="button" class="chip" aria-pressed={isNewOnly} title="Show only the messages that this call added" onClick={() => setNewOnly(!isNewOnly)}>New only</button>
  );
  return (
    <Section title="Messages" from={keys.join(', ')} note={numbers.count(messages.length)} actions={before > 0 ? chip : undefined}>
      {listed.slice(0, shown).map((message, i) => (
        <>
          {isNewOnly && earlier.length > 0 && i === instructions.length && (
            <div class="sent-before">
              <Icon name="collapse-all" />
              <span class="grow cut">{`${numbers.count(earlier.length)} ${earlier.length === 1 ? 'message' : 'messages'} sent before${cached}`}</span>
              <LinkButton onClick={() => setNewOnly(false)}>Show</LinkButton>
            </div>
          )}
          <MessageView key={`${isNewOnly ? 'new' : 'all'} ${i}`} message={message} isFolded={isInstruction(message)} />
        </>
      ))}
      {listed.length > shown && <LinkButton onClick={() => setShown(shown + pageLength)}>{`Show ${Math.min(pageLength, listed.length - shown)} more messages`}</LinkButton>}
      {keys.map((key) => <ShortenedNote key={key} attribute={key} />)}
    </Section>
  );
}

const speakerFill = new Map([['System', 'guardrail'], ['User', 'human'], ['Assistant', 'llm'], ['Tool result', 'tool']]);

function MessageView({ message, isFolded }: { readonly message: Message; readonly isFolded: boolean }) {
  const [isOpen, setOpen] = useState(!isFolded);
  const speaker = speakerOf(message);
  const meta = [message.name === undefined ? '' : visibleName(message.name), visibleName(tellingFinish(message))];
  const head = <><b>{visibleName(speaker)}</b><span class="cut grow">{meta.filter((text) => text !== '').join(' · ')}</span></>;
  return (
    <article class={`message fill-${speakerFill.get(speaker) ?? 'other'}`} aria-label={`${visibleName(speaker)} message`}>
      {isFolded
        ? <button type="button" class="message-head message-toggle" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>{head}<Icon name={isOpen ? 'chevron-down' : 'chevron-right'} /></button>
        : <div class="message-head">{head}</div>}
      {isOpen ? message.parts.map((part, i) => <PartView key={i} part={part} />) : <div class="cut desc">{visibleName(firstLineOf(message))}</div>}
    </article>
  );
}

function PartView({ part }: { readonly part: Part }) {
  switch (part.type) {
    case 'text': return <div class="part"><TextBody text={part.text} look="prose" /></div>;
    case 'reasoning': return <Folding title="Reasoning" note={`${numbers.count(part.text.length)} characters`}><TextBody text={part.text} look="prose" class="desc" /></Folding>;
    case 'toolCall': return <ToolCall part={part} />;
    case 'toolResult': return <div class="part"><ValueBody value={part.result ?? ''} view="json" /></div>;
    case 'media': return <MediaPart part={part} />;
    case 'other': return <Folding title={visibleName(part.kind)} note=""><ValueBody value={part.value} view="json" /></Folding>;
  }
}

function ToolCall({ part }: { readonly part: Extract<Part, { type: 'toolCall' }> }) {
  const [isOpen, setOpen] = useState(false);
  const { arguments: given } = part;
  const summary = given === undefined ? '' : typeof given === 'string' ? given.slice(0, 200) : oneLine(given, 200) ?? '…';
  return (
    <div class="part">
      <button type="button" class="tool-call message-toggle mono" aria-expanded={isOpen} title={part.id === undefined ? 'Tool call' : `Tool call ${visibleName(part.id)}`} onClick={() => setOpen(!isOpen)}>
        <RoleIcon role="tool" /><span class="value name">{visibleName(part.name)}</span><span class="desc cut grow">{visibleName(summary)}</span><Icon name={isOpen ? 'chevron-down' : 'chevron-right'} />
      </button>
      {isOpen && <ValueBody value={given ?? ''} view="json" />}
    </div>
  );
}

/** A part that is shut until somebody opens it. */
export function Folding({ title, note, children }: { readonly title: string; readonly note: string; readonly children: ComponentChildren }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <div class="part">
      <button type="button" class="message-head message-toggle" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <Icon name={isOpen ? 'chevron-down' : 'chevron-right'} /><b>{title}</b><span class="cut">{note}</span>
      </button>
      {isOpen && children}
    </div>
  );
}
