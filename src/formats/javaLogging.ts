import type { Format, Sniff } from './format.ts';

/** `'name' : <trace id> <span id> KIND [tracer: scope:version] AttributesMap{…}` */
const spanLine = /' : [0-9a-f]{32} [0-9a-f]{16} (?:INTERNAL|SERVER|CLIENT|PRODUCER|CONSUMER) \[tracer: [^\]\n]*\]/;

/**
 * The lines of the logging exporter of OpenTelemetry's Java SDK (opentelemetry-java, exporters/logging, LoggingSpanExporter).
 * They have neither times nor parents, so there is nothing to draw: they are recognised only to say which exporter writes
 * what can be read. That one's lines, JSON behind a log prefix, are OTLP/JSON.
 */
export const javaLogging: Format = {
  id: 'java-logging',
  label: 'OpenTelemetry Java logging exporter',
  pieces: 'lines',
  sniff(head): Sniff {
    return spanLine.test(new TextDecoder().decode(head)) ? { score: 0.8, reason: 'has lines of the Java SDK\'s LoggingSpanExporter' } : { score: 0, reason: 'has no lines of the LoggingSpanExporter' };
  },
  decode(bytes, batch): void {
    const lines = new TextDecoder().decode(bytes).split('\n').filter((line) => spanLine.test(line)).length;
    if (lines === 0) return;
    batch.rejectedCount += lines;
    batch.report('the lines of LoggingSpanExporter have no times and no parents; OTEL_TRACES_EXPORTER=logging-otlp (OtlpJsonLoggingSpanExporter) writes a log that can be read');
  },
};
