import type { ExportSpan, ExportWriter } from './exporter.ts';

export const usualWidth = 60;
/** What an issue on the usual forges takes, with some room. */
export const usualMaxCharacters = 60_000;

/** A writer of text that is made when all spans are there. */
export function writerOfAll(write: (spans: readonly ExportSpan[]) => Uint8Array | { readonly bytes: Uint8Array; readonly leftOut?: string }): ExportWriter {
  const spans: ExportSpan[] = [];
  return {
    add: (span) => { spans.push(span); },
    finish: () => {
      const written = write(spans);
      return written instanceof Uint8Array ? { bytes: written } : written;
    },
  };
}

/** All pieces one after the other. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
