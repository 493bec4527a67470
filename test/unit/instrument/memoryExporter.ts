import type { SpanExporter } from '../../../src/instrument/node/exporters/exporter.ts';
import type { Span } from '../../../src/instrument/node/span.ts';

/** Keeps the spans of a test in order of their start. */
export class MemoryExporter implements SpanExporter {
  readonly spans: Span[] = [];

  onStart(span: Span): void {
    this.spans.push(span);
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }

  named(name: string): Span {
    const span = this.spans.find((each) => each.name === name);
    if (span === undefined) throw new Error(`no span ${name} among ${this.spans.map((each) => each.name).join(', ')}`);
    return span;
  }

  /** `child < parent` for every span, by name. */
  parents(): readonly string[] {
    const names = new Map(this.spans.map((span) => [span.spanId, span.name]));
    return this.spans.map((span) => `${span.name} < ${names.get(span.parentSpanId ?? '') ?? '-'}`);
  }
}
