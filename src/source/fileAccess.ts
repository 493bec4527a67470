/** The files of the workspace and around it, as `source` may use them. Paths are absolute, as this machine writes them. */
export interface FileAccess {
  /** Files of the workspace with one of these endings (`.py`), at most `limit`; ignored and generated folders left out. */
  listFiles(endings: readonly string[], limit: number): Promise<readonly string[]>;
  /** The text of a regular file; undefined when there is none, or it is larger than `maxBytes`. */
  readText(path: string, maxBytes: number): Promise<string | undefined>;
  /** With all links resolved; undefined when nothing is there. */
  realPath(path: string): Promise<RealPath | undefined>;
}

export interface RealPath {
  readonly path: string;
  /** A regular file, not a folder, pipe or device. */
  readonly isFile: boolean;
}
