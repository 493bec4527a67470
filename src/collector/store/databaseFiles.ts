import { chmodSync, closeSync, existsSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';

const ownerOnlyDirectory = 0o700, ownerOnlyFile = 0o600;
const companions = ['', '-wal', '-shm'];

/** Makes the directory of stored traces, or takes away what others may do with it. */
export function prepareDirectory(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: ownerOnlyDirectory });
  chmodSync(directory, ownerOnlyDirectory);
}

/** Makes a database file if there is none; SQLite gives the log beside it the same permissions. */
export function prepareFile(file: string): void {
  closeSync(openSync(file, 'a', ownerOnlyFile));
  for (const companion of companions) {
    try {
      chmodSync(file + companion, ownerOnlyFile);
    } catch (error) {
      // A window that is just letting go of the database takes its log away.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}

/** The file of the n-th window that keeps traces in a directory at the same time, counted from 1. */
export function fileOf(directory: string, window: number): string {
  return path.join(directory, window === 1 ? 'traces.db' : `traces-${window}.db`);
}

/** Puts a damaged file and its log aside under another name, which is given back. Nothing is deleted. */
export function setAside(file: string, nowUnixMilli: number): string {
  const stamp = new Date(nowUnixMilli).toISOString().replaceAll(/[:.]/g, '-');
  let aside = `${file}.damaged-${stamp}`;
  for (let n = 2; existsSync(aside); n++) aside = `${file}.damaged-${stamp}-${n}`;
  for (const companion of companions) if (existsSync(file + companion)) renameSync(file + companion, aside + companion);
  return aside;
}

/** Deletes a database and its log. */
export function removeFiles(file: string): undefined {
  for (const companion of companions) rmSync(file + companion, { force: true });
}
