import { jsonText } from '../formats/jsonText.ts';
import type { Writable } from '../formats/jsonText.ts';
import type { AgentMessage, AgentView, MessagePart } from '../model/agent.ts';
import type { AttributeValue } from '../model/attributes.ts';
import type { SpanEvent } from '../model/span.ts';
import type { ExportSpan } from './exporter.ts';
import { code, fenced, shortened } from './markdownText.ts';

const mostItems = 40;
const mostRecords = 12;

/** Writes what spans say, each text cut to a length, and messages that were written before not again. */
export class StepWriter {
  /** Characters that were left out of texts. */
  leftOut = 0;
  readonly #longestText: number;
  readonly #told = new Set<string>();

  constructor(longestText: number) {
    this.#longestText = longestText;
  }

  /** What went wrong: message, exceptions with their stacks. */
  failure({ content }: ExportSpan, problem: string): string {
    const exceptions = content.events.filter(isException);
    const parts = exceptions.flatMap(({ attributes }) => {
      const type = textOf(attributes.get('exception.type')), message = textOf(attributes.get('exception.message')), stack = textOf(attributes.get('exception.stacktrace'));
      const title = [type, message].filter((text) => text !== '').join(': ');
      return [title === '' || stack.includes(message === '' ? title : message) ? '' : this.#block(title), stack === '' ? '' : this.#block(stack)];
    });
    const isTold = problem === '' || exceptions.some(({ attributes }) => textOf(attributes.get('exception.message')).includes(problem) || textOf(attributes.get('exception.stacktrace')).includes(problem));
    return [isTold ? '' : this.#block(problem), ...parts].filter((part) => part !== '').join('\n');
  }

  /** Messages, arguments, results and the like of an agent's step. */
  step(view: AgentView): string {
    const { options = [], chosen } = view;
    return [
      this.#messages('', view.inputMessages ?? []),
      this.#messages('', view.outputMessages ?? []),
      view.inputMessages === undefined ? this.#value('Input', view.input) : '',
      this.#value('Arguments', view.toolArguments),
      this.#value('Result', view.toolResult),
      view.outputMessages === undefined ? this.#value('Output', view.output) : '',
      options.length === 0 ? '' : `Options: ${options.slice(0, mostItems).map(code).join(', ')}\n`,
      chosen === undefined ? '' : `Chosen: ${code(chosen)}\n`,
      ...(view.documents ?? []).slice(0, mostItems).map((document, i) => `Document ${i + 1}${document.score === undefined ? '' : ` (score ${document.score})`}\n\n${this.#block(document.content ?? '')}`),
    ].filter((part) => part !== '').join('\n');
  }

  /** Events that are neither exceptions nor messages, and logs. */
  records({ content, logs }: ExportSpan): string {
    const events = content.events.filter((event) => !isException(event) && !event.name.startsWith('gen_ai.'));
    const lines = [
      ...events.slice(0, mostRecords).map(({ name, attributes }) => `- Event ${code(name)}${attributes.size === 0 ? '' : ` ${code(jsonText(attributes))}`}`),
      ...logs.slice(0, mostRecords).map(({ severityText, body }) => `- Log ${severityText === '' ? '' : `${code(severityText)} `}${code(typeof body === 'string' ? body : jsonText(body))}`),
    ];
    const more = Math.max(0, events.length - mostRecords) + Math.max(0, logs.length - mostRecords);
    return lines.length === 0 ? '' : `${lines.join('\n')}\n${more === 0 ? '' : `- … ${more} more\n`}`;
  }

  #messages(title: string, messages: readonly AgentMessage[]): string {
    let before = 0;
    const parts: string[] = [];
    for (const message of messages) {
      const text = jsonText(message as unknown as Writable);
      if (this.#told.has(text)) {
        before++;
        continue;
      }
      this.#told.add(text);
      parts.push(...message.parts.map((part) => this.#part(message, part)));
    }
    const repeated = before === 0 ? '' : `*${before === 1 ? 'One message' : `${before} messages`} as before.*\n`;
    return [title, repeated, ...parts].filter((part) => part !== '').join('\n');
  }

  #part({ role, name }: AgentMessage, part: MessagePart): string {
    const who = `**${wordOf(role)}**${name === undefined ? '' : ` ${code(name)}`}`;
    switch (part.type) {
      case 'text': return `${who}\n\n${this.#block(part.text)}`;
      case 'reasoning': return `${who}, reasoning\n\n${this.#block(part.text)}`;
      case 'toolCall': return `${who} calls ${code(part.name)}\n\n${part.arguments === undefined ? '' : this.#block(part.arguments)}`;
      case 'toolResult': return `${who}, result\n\n${part.result === undefined ? '' : this.#block(part.result)}`;
      case 'media': return `${who}: ${code(part.mediaType)}${part.data === undefined ? '' : `, ${part.data.length.toLocaleString('en')} characters of data`}${part.uri === undefined ? '' : ` at ${code(part.uri)}`}\n`;
      case 'other': return `${who}, ${code(part.kind)}\n\n${this.#block(part.value)}`;
    }
  }

  #value(title: string, value: AttributeValue | undefined): string {
    return value === undefined || value === '' ? '' : `**${title}**\n\n${this.#block(value)}`;
  }

  #block(value: AttributeValue): string {
    const isText = typeof value === 'string';
    const { text, leftOut } = shortened(isText ? value : jsonText(value, 2), this.#longestText);
    this.leftOut += leftOut;
    return fenced(text, isText || leftOut > 0 ? 'text' : 'json');
  }
}

const isException = ({ name }: SpanEvent): boolean => name === 'exception';

const textOf = (value: AttributeValue | undefined): string => (typeof value === 'string' ? value : '');

/** The usual words as they are; others are untrusted. */
const wordOf = (role: string): string => (/^[a-z]{1,20}$/.test(role) ? role : code(role));
