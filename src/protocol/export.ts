/** What to write, and how. */
export interface ExportRequest {
  readonly traceIds: readonly string[];
  /** Id of an `ExportKind`. */
  readonly format: string;
  /** Only this span, and what is below it. */
  readonly spanId?: string;
  /** Only spans that match; the filter language of the views. */
  readonly query?: string;
  /** Without it, secrets are masked in what is made for people, and nothing is masked in what programs read. */
  readonly redaction?: Redaction;
  /** The absolute path of a file of this machine to write to, in place of giving the bytes. */
  readonly path?: string;
  /** A number of the caller's own, by which the export can be asked about and stopped. */
  readonly exportId?: number;
  /** Columns of the bars of a text timeline, and whether it is drawn with more than ASCII. */
  readonly width?: number;
  readonly unicode?: boolean;
  /** How long a Markdown document may be, about. */
  readonly maxCharacters?: number;
}

/** What happens to messages, arguments and results, and to secrets. */
export interface Redaction { readonly content: 'keep' | 'mask' | 'omit'; readonly secrets: boolean }

/** Something that traces can be written as. */
export interface ExportKind {
  readonly id: string;
  /** What people call it, and what it is good for. */
  readonly label: string;
  readonly description: string;
  /** Ending of its files, with the dot. */
  readonly extension: string;
  readonly isBinary: boolean;
  /** Whether it is made to be read or handed on by people. */
  readonly isForPeople: boolean;
}

/** How far an export is. */
export interface ExportProgress { readonly spansWritten: number; readonly spansTotal: number }

export interface ExportReport {
  /** Empty when they were written to a path. */
  readonly bytes: ArrayBuffer;
  readonly spanCount: number;
  readonly maskedSecrets: number;
  readonly maskedContents: number;
  readonly omittedContents: number;
  /** What the format could not hold, in words: `12 log records`. */
  readonly lost: readonly string[];
  /** What was left out for the length of the document, in words. */
  readonly leftOut?: string;
}
