import type { Format } from '../formats/format.ts';
import { formats } from '../formats/registry.ts';
import type { Exporter } from './exporter.ts';
import { writerOfParts } from './writing.ts';

/** All formats that encode. */
export const formatExporters: readonly Exporter[] = formats.flatMap(ofFormat);

function ofFormat({ id, label, extension, encoder, losses = [], isBinary = false }: Format): readonly Exporter[] {
  if (encoder === undefined || extension === undefined) return [];
  return [{
    id, label, description: 'For programs', extension, losses, isBinary, isForPeople: false,
    open: (options, write) => writerOfParts(encoder(write, options)),
  }];
}
