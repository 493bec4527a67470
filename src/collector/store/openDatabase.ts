import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { databaseErrorOf, TraceDatabase } from './database.ts';
import { fileOf, prepareDirectory, setAside } from './databaseFiles.ts';

/** Windows that can keep traces in one directory at the same time. */
const mostWindows = 16;
const retryEveryMs = 50;
/** For so long a failure may come from a window that is just letting go of the file. */
const failingMs = 1000;

export interface OpenedDatabase {
  readonly database: TraceDatabase;
  /** 1 for the window that leads. */
  readonly window: number;
  /** What happened on the way, in words for the log. */
  readonly notices: readonly string[];
}

/**
 * Opens the database of a directory for this process alone. Every file belongs to one process at a time, because SQLite
 * keeps it locked until it is closed or its process ends. The first window takes `traces.db`; one that finds it held
 * waits a moment (a window that is being reloaded is just letting go of it), then takes `traces-2.db` and so on. What is
 * left in such a file is taken over by whoever leads next (`leftDatabases`), so nothing is lost and no two processes ever write the same
 * file. Damaged files are put aside, newer ones left alone. Rejects with DatabaseError when the directory cannot be used.
 */
export async function openDatabase(directory: string, waitMs: number): Promise<OpenedDatabase> {
  const notices: string[] = [];
  try {
    prepareDirectory(directory);
  } catch (error) {
    throw databaseErrorOf(error);
  }
  const began = performance.now(), deadline = began + waitMs, failingUntil = began + Math.min(waitMs, failingMs);
  for (let window = 1; window <= mostWindows; window++) {
    for (;;) {
      const database = tryOpenUntil(failingUntil, fileOf(directory, window), notices);
      if (typeof database === 'object') {
        if (window > 1) notices.push(`Another window has the traces of this folder open. Those of this window are kept in ${database.path} until the next start.`);
        return { database, window, notices };
      }
      if (database === 'newer' || (database === 'inUse' && (window > 1 || performance.now() >= deadline))) break;
      await delay(retryEveryMs);
    }
  }
  throw databaseErrorOf(new Error(`More than ${mostWindows} windows keep traces in this folder.`));
}

/** Opens the first database of a directory that nobody else has, without waiting; undefined when that is not possible. */
export function reopenDatabase(directory: string): TraceDatabase | undefined {
  try {
    prepareDirectory(directory);
    for (let window = 1; window <= mostWindows; window++) {
      const database = tryOpen(fileOf(directory, window), []);
      if (typeof database === 'object') return database;
    }
  } catch {
    // Tried again later.
  }
  return undefined;
}

/** The databases of windows that have ended, opened one after the other. Each must be closed before the next is asked for. */
export function* leftDatabases(directory: string): Generator<TraceDatabase> {
  for (let window = 2; window <= mostWindows; window++) {
    const file = fileOf(directory, window);
    const database = existsSync(file) ? tryOpen(file, []) : undefined;
    if (typeof database === 'object') yield database;
  }
}

/** What people are told about a damaged database. */
export const damageNotice = (error: Error, aside: string): string =>
  `The stored traces were damaged (${error.message}). They were put aside as ${aside}.`;

/** The same, but a failure that may pass is none before a time (as `performance.now()` tells it). */
function tryOpenUntil(time: number, file: string, notices: string[]): ReturnType<typeof tryOpen> | 'failing' {
  try {
    return tryOpen(file, notices);
  } catch (error) {
    if (performance.now() >= time) throw error;
    return 'failing';
  }
}

/** The database, or why it is not for us; a damaged one is replaced by an empty one. */
function tryOpen(file: string, notices: string[]): TraceDatabase | 'inUse' | 'newer' {
  try {
    return new TraceDatabase(file);
  } catch (thrown) {
    const error = databaseErrorOf(thrown);
    if (error.reason === 'inUse') return 'inUse';
    if (error.reason === 'newer') {
      if (!notices.includes(error.message)) notices.push(error.message);
      return 'newer';
    }
    if (error.reason !== 'damaged') throw error;
    notices.push(damageNotice(error, setAside(file, Date.now())));
    return new TraceDatabase(file);
  }
}
