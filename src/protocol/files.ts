/** Where the bytes of a file are: on this machine, or in the message when they are elsewhere (other schemes, the clipboard). */
export type FileInput =
  | { readonly path: string }
  | { readonly bytes: ArrayBuffer; readonly name: string };

export interface OpenOptions {
  /** Goes on reading what is appended, until the file is closed or stopped. Only for inputs with a path. */
  readonly follow?: boolean;
}

/**
 * - reading: rows are still coming
 * - following: everything that is there was read, more is waited for
 * - read: everything was read
 * - stopped: somebody stopped it; what was read stays
 * - failed: nothing, or nothing more, could be read; `problem` says why
 * - closed: its traces are gone
 */
export type FileState = 'reading' | 'following' | 'read' | 'stopped' | 'failed' | 'closed';

/** A file whose traces are shown without being stored. */
export interface OpenedFile {
  /** The id that the opener chose; keys of its traces have it (`model/traceKey.ts`). */
  readonly source: string;
  readonly name: string;
  readonly state: FileState;
  /** Of the file itself, packed as it may be; the total is missing where it is not known. */
  readonly bytesRead: number;
  readonly bytesTotal?: number;
  readonly traceCount: number;
  readonly spanCount: number;
  /** About what its traces take. */
  readonly memoryBytes: number;
  /** Its traces are in the store too, and what is still read goes there as well. */
  readonly isKept: boolean;
  readonly problem?: string;
  readonly report: FileReport;
}

/** What was found in a file: so far while it is read, all of it afterwards. */
export interface FileReport {
  /** The file itself, or what it holds when it is an archive; up to two hundred, traces first. */
  readonly parts: readonly PartReport[];
  /** Members of an archive that are not among the parts. */
  readonly morePartsCount: number;
  /** What is wrong with the file around its parts, e.g. members that were not looked at. */
  readonly problems: readonly string[];
}

export interface PartReport {
  /** The path inside the archive, the name of the file itself otherwise. Untrusted text. */
  readonly name: string;
  /** What it was packed in, outermost first, e.g. `zip`, `gzip`. */
  readonly packing: readonly string[];
  readonly encoding: 'utf-8' | 'utf-16le' | 'utf-16be';
  /** Bytes of content read: unpacked, and as UTF-8. Places in problems count these. */
  readonly bytes: number;
  /** Missing when it is not a trace file; `failure` then says what it is instead. */
  readonly format?: { readonly id: string; readonly label: string; readonly score: number; readonly reason: string };
  readonly traceCount: number;
  readonly spanCount: number;
  readonly logCount: number;
  readonly metricPointCount: number;
  /** Records of a known kind that could not be read. */
  readonly rejectedCount: number;
  /** What was skipped or bent: where (byte or line) and why. */
  readonly problems: readonly string[];
  readonly moreProblemsCount: number;
  /** Set when not everything was read: the byte from which on it was left out, and why. */
  readonly cut?: { readonly byte: number; readonly reason: string };
  /** A followed file ends in the middle of something, and nothing was written to it for some seconds: the byte at which that begins. */
  readonly unfinishedFrom?: number;
  /** Why nothing of it was read. */
  readonly failure?: string;
}

/** At most every 100 ms a file: how far it is, and the keys of the traces that have changed since the last one. */
export interface FileEvent {
  readonly type: 'file.changed';
  readonly file: OpenedFile;
  readonly traceIds: readonly string[];
}
