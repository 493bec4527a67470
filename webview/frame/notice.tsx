import type { ComponentChildren } from 'preact';
import { IconButton, LinkButton } from '../components/button.tsx';
import { Icon } from '../components/icon.tsx';
import { numbers } from '../components/numbers.ts';
import type { PanelSummary } from '../../src/protocol/panel.ts';
import { visibleName } from '../../src/model/visibleText.ts';
import { usePanel } from '../state/panelContext.ts';
import { useSignal } from '../state/signal.ts';

/** A line about something that went wrong while there is still a trace to see. */
export function Notice() {
  const panel = usePanel();
  const notice = useSignal(panel.notice), failure = useSignal(panel.failure), isGone = useSignal(panel.gone), trace = useSignal(panel.trace), summary = useSignal(panel.summary);
  if (trace !== undefined && failure !== undefined) {
    return <Line text={failure}><LinkButton onClick={() => panel.start()}>Reload</LinkButton><LinkButton onClick={() => panel.run('showLog')}>Show log</LinkButton></Line>;
  }
  if (trace !== undefined && isGone) return <Line text="This trace was deleted, or made room for newer ones. What was loaded is still shown." />;
  if (notice !== undefined) return <Line text={notice} onClose={() => { panel.notice.value = undefined; }} />;
  return summary === undefined || trace === undefined ? null : <LeftOut summary={summary} />;
}

/** Says that a trace is not all here. */
function LeftOut({ summary: { spanCount, leftOut } }: { readonly summary: PanelSummary }) {
  if (leftOut === undefined) return null;
  return (
    <Line text={`The first ${numbers.count(spanCount)} of about ${numbers.shortCount(spanCount + leftOut)} spans are shown, because the trace is too large for the memory that may be used. All of it is stored; the setting spanscope.memory.maxMegabytes allows more.`} />
  );
}

interface LineProps {
  readonly text: string;
  readonly onClose?: () => void;
  readonly children?: ComponentChildren;
}

function Line({ text, onClose, children }: LineProps) {
  return (
    <div class="notice" role="status">
      <Icon name="warning" class="warning-icon" />
      <span class="grow">{visibleName(text)}{children !== undefined && <span class="steps">{children}</span>}</span>
      {onClose !== undefined && <IconButton icon="close" label="Close" onClick={onClose} />}
    </div>
  );
}
