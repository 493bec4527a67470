import { useEffect, useState } from 'preact/hooks';
import { LinkButton } from '../components/button.tsx';
import { numbers } from '../components/numbers.ts';
import { visibleName } from '../../src/model/visibleText.ts';
import { hintsOf } from '../../src/query/hints.ts';
import { usePanel } from '../state/panelContext.ts';
import { removals } from '../state/queryText.ts';
import type { Removal } from '../state/queryText.ts';
import { useSignal } from '../state/signal.ts';
import { Empty } from './emptyStates.tsx';

const mostOffers = 4;

interface Offer extends Removal { readonly matches: number }

/** The filter found nothing: offers the filter without the terms that shut everything out. */
export function NoMatch({ query, spanCount }: { readonly query: string; readonly spanCount: number }) {
  const panel = usePanel();
  const { hint } = useSignal(panel.search.state), told = hint === undefined ? undefined : hintsOf(query).find(({ message }) => message === hint);
  const [offers, setOffers] = useState<readonly Offer[]>([]);
  useEffect(() => {
    let isCurrent = true;
    const candidates = removals(query).filter(({ rest }) => rest !== '').slice(0, mostOffers);
    void Promise.all(candidates.map(async (removal) => ({ ...removal, matches: await panel.search.countOf(removal.rest) }))).then((counted) => {
      if (isCurrent) setOffers(counted.filter(({ matches }) => matches > 0));
    });
    return () => { isCurrent = false; };
  }, [query]);
  return (
    <Empty title="No span matches">
      <p class="empty-text">{spanCount === 1 ? 'The only span of this run does not meet ' : `None of the ${numbers.count(spanCount)} spans of this run meets `}<span class="mono">{visibleName(query)}</span>.</p>
      <div class="steps">
        {told?.fixed !== undefined && <LinkButton onClick={() => panel.search.setQuery(told.fixed ?? '')}>{`Use ${visibleName(told.meant ?? '')}`}</LinkButton>}
        {offers.map(({ term, rest, matches }) => (
          <LinkButton key={term} onClick={() => panel.search.setQuery(rest)}>{`Remove ${visibleName(term)} (${numbers.count(matches)} ${matches === 1 ? 'match' : 'matches'})`}</LinkButton>
        ))}
        <LinkButton onClick={() => panel.search.setQuery('')}>Clear filter</LinkButton>
      </div>
    </Empty>
  );
}
