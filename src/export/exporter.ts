import type { EncodeSpan, Loss } from '../formats/format.ts';
import type { WriteBytes } from '../formats/textBytes.ts';
import type { LogRecord } from '../model/span.ts';

/** A span with all that is known of it. */
export interface ExportSpan extends EncodeSpan {
  /** Mark bits (model/span.ts). */
  readonly marks: number;
}

/** The files of the page that an HTML document consists of. */
export interface PageFiles {
  /** The panel as a browser runs it, and the script that plays the editor's part. */
  readonly panelScript: string;
  readonly hostScript: string;
  readonly style: string;
  /** The icon font. */
  readonly font: Uint8Array;
  /** SHA-256 of a text as base64. */
  hash(text: string): string;
  /** Raw deflate (RFC 1951). */
  deflate(bytes: Uint8Array): Uint8Array;
}

export interface ExportOptions {
  /** What the document is about, for titles. */
  readonly title: string;
  /** How many traces come. */
  readonly traceCount: number;
  /** When the first of them begins; 0 where none says so. */
  readonly firstUnixNano: bigint;
  /** The present, to which running spans reach. */
  readonly nowUnixNano: bigint;
  /** Columns of the bars of a text timeline. */
  readonly width: number;
  /** Whether a text timeline is drawn with more than ASCII. */
  readonly unicode: boolean;
  /** About so many characters a document has at most that is pasted somewhere. */
  readonly maxCharacters: number;
  /** What was masked so far, in words, for documents that say so at their end. */
  readonly note?: () => string | undefined;
  /** Needed for HTML. */
  readonly page?: PageFiles;
}

/** Writes one file, in pieces where that can be. */
export interface ExportWriter {
  /** Takes the next span: by start time, parents before children at equal times, one trace after the other. */
  add(span: ExportSpan): void;
  /** Takes log records that name no span, where there is a place for them. */
  addLogs?(logs: readonly LogRecord[]): void;
  /** Nothing more comes. Writes what was held until now, a step at a time; `finish` does what is left of it. */
  rest?(): Iterable<void>;
  /** Writes the rest; gives in words for the user what was left out for its length. Throws a RangeError when it is too much. */
  finish(): { readonly leftOut?: string };
}

/** One thing that traces can be written as: a file of this folder, or a format that encodes, and a line in the registry. */
export interface Exporter {
  readonly id: string;
  readonly label: string;
  /** What it is good for, in a few words. */
  readonly description: string;
  /** File name ending, with the dot. */
  readonly extension: string;
  /** What it cannot hold. */
  readonly losses: readonly Loss[];
  readonly isBinary: boolean;
  /** Whether it is made to be read or handed on by people: then secrets are masked unless somebody wants them. */
  readonly isForPeople: boolean;
  open(options: ExportOptions, write: WriteBytes): ExportWriter;
}
