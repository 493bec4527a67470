import { csv } from './csv.ts';
import type { Exporter } from './exporter.ts';
import { formatExporters } from './formatExporters.ts';
import { html } from './html.ts';
import { markdown } from './markdown.ts';
import { timeline } from './timeline.ts';

/** Everything that traces can be written as: documents for people first, then the formats that programs read. */
export const exporters: readonly Exporter[] = [html, markdown, timeline, csv, ...formatExporters];

/** The exporter with an id of the registry. */
export function exporterById(id: string): Exporter | undefined {
  return exporters.find((exporter) => exporter.id === id);
}
