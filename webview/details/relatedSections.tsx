import { useMemo } from 'preact/hooks';
import { durationText, isLost, isRunning, noEnd } from '../../src/analysis/ending.ts';
import { isFailed } from '../../src/analysis/folds.ts';
import { endOf } from '../../src/analysis/selfTime.ts';
import { roleWords } from '../../src/model/role.ts';
import { LinkButton } from '../components/button.tsx';
import { Icon, RoleIcon } from '../components/icon.tsx';
import { numbers } from '../components/numbers.ts';
import { visibleName } from '../../src/model/visibleText.ts';
import { attemptsOf } from '../state/attempts.ts';
import { useCalmTrace } from '../state/calmTrace.ts';
import { usePanel } from '../state/panelContext.ts';
import { labelOf, roleOf } from '../state/trace.ts';
import type { Trace } from '../state/trace.ts';
import { Section } from './bodyView.tsx';
import { contextGrowth, workBelow } from './relations.ts';

interface RelatedProps {
  readonly trace: Trace;
  readonly row: number;
}

/** The tries of a tool that failed and was called again. */
export function AttemptsSection({ trace, row }: RelatedProps) {
  const panel = usePanel();
  const calm = useCalmTrace(trace);
  const attempts = useMemo(() => attemptsOf(calm, row), [calm, row]);
  if (attempts.length === 0) return null;
  const now = panel.now(trace);
  return (
    <Section title="Attempts">
      <ol class="lines">
        {attempts.map((attempt, i) => {
          const { rows } = trace, parent = trace.tree.parent(attempt);
          const failed = isFailed(rows, attempt), isOpen = isRunning(rows, attempt), hasNoEnd = isLost(rows, attempt);
          const length = endOf(rows, attempt, now) - (rows.start[attempt] as number);
          const words = `${failed ? 'failed' : isOpen ? 'running' : hasNoEnd ? noEnd : 'passed'}${parent < 0 ? '' : ` · ${visibleName(labelOf(trace, parent))}`}`;
          return (
            <li key={attempt}>
              <Icon name={failed ? 'error' : isOpen ? 'loading' : hasNoEnd ? 'debug-disconnect' : 'pass'} class={failed ? 'error-icon' : isOpen ? 'open-icon' : hasNoEnd ? 'warning-icon' : 'passed-icon'} />
              <span class="value num">{i + 1}</span>
              <span class="grow cut">{attempt === row ? <span class="desc">{`this span · ${words}`}</span> : <LinkButton onClick={() => panel.select(attempt)}>{words}</LinkButton>}</span>
              <span class="num">{durationText(rows, attempt, length, numbers, 'running')}</span>
            </li>
          );
        })}
      </ol>
    </Section>
  );
}

const mostSteps = 8;

/** What an agent or step had done below it, and how its context grew. */
export function WorkSection({ trace, row }: RelatedProps) {
  const panel = usePanel();
  const calm = useCalmTrace(trace);
  const role = roleOf(trace, row);
  const isScope = role === 'agent' || role === 'chain' || role === 'other';
  const work = useMemo(() => (isScope ? workBelow(calm, row) : []), [calm, row, isScope]);
  const growth = useMemo(() => (isScope ? contextGrowth(calm, row) : []), [calm, row, isScope]);
  return (
    <>
      {work.length > 0 && (
        <Section title="Work below" note="time is the sum of the spans">
          <ul class="lines">
            {work.map(({ role: below, count, failed, duration }) => (
              <li key={below}>
                <RoleIcon role={below} /><span class="value">{roleWords[below]}</span><span class="num desc">{`× ${numbers.count(count)}`}</span>
                {failed > 0 && <span class="error-text num">{`${numbers.count(failed)} failed`}</span>}
                <span class="grow" /><span class="num">{numbers.duration(duration)}</span>
              </li>
            ))}
          </ul>
        </Section>
      )}
      {growth.length > 1 && (
        <Section title="Context" note="input tokens of each model call">
          <div class="num small">
            {growth.length > mostSteps && <span class="desc">{'… → '}</span>}
            {growth.slice(-mostSteps).map(({ row: call, inputTokens }, i) => <span key={call}>{i > 0 && ' → '}<LinkButton onClick={() => panel.select(call)}>{numbers.tokens(inputTokens)}</LinkButton></span>)}
          </div>
        </Section>
      )}
    </>
  );
}
