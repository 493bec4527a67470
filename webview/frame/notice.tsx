import type { ComponentChildren } from 'preact';
import { IconButton, LinkButton } from '../components/button.tsx';
import { Icon } from '../components/icon.tsx';
import { visibleName } from '../../src/model/visibleText.ts';
import { usePanel } from '../state/panelContext.ts';
import { useSignal } from '../state/signal.ts';

/** A line about something that went wrong while there is still a trace to see. */
export function Notice() {
  const panel = usePanel();
  const notice = useSignal(panel.notice), failure = useSignal(panel.failure), isGone = useSignal(panel.gone), trace = useSignal(panel.trace);
  if (trace !== undefined && failure !== undefined) {
    return <Line text={failure}><LinkButton onClick={() => panel.start()}>Reload</LinkButton><LinkButton onClick={() => panel.run('showLog')}>Show log</LinkButton></Line>;
  }
  if (trace !== undefined && isGone) return <Line text="This trace was deleted, or made room for newer ones. What was loaded is still shown." />;
  if (notice === undefined) return null;
  return <Line text={notice} onClose={() => { panel.notice.value = undefined; }} />;
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
