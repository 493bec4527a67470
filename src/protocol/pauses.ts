import type { RecordedPause } from '../model/recordedPauses.ts';

/** When one process stood in the debugger, as far as that is over. */
export interface ProcessPauses {
  /** Its number, where the debugger tells. */
  readonly pid?: number;
  readonly pauses: readonly RecordedPause[];
}

/** The same of all processes of a debug session. */
export interface SessionPauses {
  /** `spanscope.session.id` of its spans. */
  readonly session: string;
  readonly processes: readonly ProcessPauses[];
}
