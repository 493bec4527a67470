/**
 * The Spanscope agent kit for Node 18 and later: traces an agent and shows it live in the editor.
 * It needs nothing but Node, stays silent when nobody listens, and never throws into the program it is in.
 */
export { AgentTracer } from './agent.ts';
export { configure, getTracer } from './defaultTracer.ts';
export { ConsoleExporter } from './exporters/console.ts';
export { FileExporter } from './exporters/file.ts';
export { LiveExporter } from './exporters/live.ts';
export { OtlpHttpExporter } from './exporters/otlpHttp.ts';
export { LlmSpan } from './llmSpan.ts';
export { toJaegerFormat, toJson, toTimeline } from './render.ts';
export { Span, Trace } from './span.ts';
export { extract, inject, traced, traceSpan } from './traced.ts';
export { Tracer } from './tracer.ts';
export type { AgentRunOptions, DecisionOptions, MemoryOptions, ToolCallOptions } from './agent.ts';
export type { Carrier } from './carrier.ts';
export type { SpanExporter } from './exporters/exporter.ts';
export type { LiveExporterOptions } from './exporters/live.ts';
export type { OtlpHttpExporterOptions } from './exporters/otlpHttp.ts';
export type { LlmCallOptions, LlmResponse } from './llmSpan.ts';
export type { PropagationFormat } from './propagation.ts';
export type { SpanContext, SpanEvent, SpanKind, SpanLink, SpanStatus } from './records.ts';
export type { TracedDecorator, TracedOptions } from './traced.ts';
export type { SpanOptions, TraceOptions, TracerOptions } from './tracer.ts';
export type { Attributes, AttributeValue } from './values.ts';
