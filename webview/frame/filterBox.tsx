import { useLayoutEffect, useRef } from 'preact/hooks';
import { IconButton } from '../components/button.tsx';
import { Icon } from '../components/icon.tsx';
import { numbers } from '../components/numbers.ts';
import { visibleName } from '../../src/model/visibleText.ts';
import { usePanel } from '../state/panelContext.ts';
import { longestQuery } from '../state/search.ts';
import { useSignal } from '../state/signal.ts';

interface FilterBoxProps {
  readonly spanCount: number;
  readonly isWide: boolean;
  /** Changes when the box should take the focus. */
  readonly focusRequest: number;
  readonly onStep: (direction: 1 | -1) => void;
  /** Esc in an empty box, or after its text was taken away. */
  readonly onLeave: () => void;
}

/** Finds spans by the filter language; what does not match is dimmed in all views. */
export function FilterBox({ spanCount, isWide, focusRequest, onStep, onLeave }: FilterBoxProps) {
  const panel = usePanel();
  const { query, matches, isPart, problem, hint } = useSignal(panel.search.state);
  const input = useRef<HTMLInputElement | null>(null);
  // Before the next key comes: what is typed after the slash belongs in here.
  useLayoutEffect(() => {
    if (focusRequest === 0) return;
    input.current?.focus();
    input.current?.select();
  }, [focusRequest]);
  const clear = (): void => panel.search.setQuery('');
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') onStep(event.shiftKey ? -1 : 1);
    else if (event.key === 'Escape' && query !== '') clear();
    else if (event.key === 'Escape') onLeave();
    else return;
    // Whatever is not of use here goes on to the editor, whose keys are heard everywhere.
    event.stopPropagation();
    event.preventDefault();
  };
  const isBusy = query !== '';
  const count = matches === undefined ? '' : `${numbers.count(matches.length)}${isPart ? '+' : ''} of ${numbers.count(spanCount)}`;
  return (
    <div class="filter" role="search">
      <div class={`filter-box${isBusy ? ' busy' : ''}${problem === undefined ? '' : ' invalid'}`}>
        <Icon name="search" />
        <input
          ref={input} type="search" value={query} maxLength={longestQuery} spellcheck={false} autocomplete="off" aria-label="Filter spans"
          placeholder={isWide ? 'Filter, for example role:tool status:error' : 'Filter'} aria-invalid={problem !== undefined} aria-describedby={problem === undefined && hint === undefined ? undefined : 'filter-problem'}
          onInput={(event) => panel.search.setQuery(event.currentTarget.value)} onKeyDown={onKeyDown}
        />
        {!isBusy && <kbd class="kbd" aria-hidden="true">/</kbd>}
        {isBusy && (
          <>
            {count !== '' && <span class="num desc small" title={`${count} spans match`}>{count}</span>}
            <IconButton icon="arrow-up" label="Previous match (Shift+Enter)" disabled={matches === undefined || matches.length === 0} onClick={() => onStep(-1)} />
            <IconButton icon="arrow-down" label="Next match (Enter)" disabled={matches === undefined || matches.length === 0} onClick={() => onStep(1)} />
            <IconButton icon="close" label="Clear filter (Esc)" onClick={() => { clear(); input.current?.focus(); }} />
          </>
        )}
      </div>
      {problem !== undefined && <div class="filter-problem" id="filter-problem" role="alert">{visibleName(problem)}</div>}
      {problem === undefined && <div class={hint === undefined ? 'unseen' : `filter-problem hint${matches === undefined || matches.length === 0 ? '' : ' aside'}`} id={hint === undefined ? undefined : 'filter-problem'} role="status">{visibleName(hint ?? '')}</div>}
    </div>
  );
}
