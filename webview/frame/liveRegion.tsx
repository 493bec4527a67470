import { useEffect, useMemo, useRef } from 'preact/hooks';
import { numbers } from '../components/numbers.ts';
import { Announcer, changeInWords } from '../state/announcer.ts';
import type { Spoken } from '../state/announcer.ts';
import { usePanel } from '../state/panelContext.ts';
import { useSignal } from '../state/signal.ts';

/** Tells screen readers what happened: the end of the run, new errors, how many spans match. */
export function LiveRegion() {
  const panel = usePanel();
  const announcer = useMemo(() => new Announcer(), []);
  const message = useSignal(announcer.message);
  const summary = useSignal(panel.summary), { query, matches } = useSignal(panel.search.state);
  const before = useRef<Spoken & { readonly traceId: string } | undefined>(undefined);
  useEffect(() => {
    const known = before.current?.traceId === summary?.traceId ? before.current : undefined;
    const words = summary === undefined ? undefined : changeInWords(known, summary);
    before.current = summary;
    if (words !== undefined) announcer.say(words);
  }, [summary]);
  useEffect(() => {
    if (matches !== undefined) announcer.say(matches.length === 0 ? 'No span matches.' : `${numbers.count(matches.length)} ${matches.length === 1 ? 'span matches' : 'spans match'}.`);
  }, [query, matches?.length]);
  return <div class="unseen" role="status" aria-live="polite">{message}</div>;
}
