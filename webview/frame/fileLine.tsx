import type { FileStatus } from '../../src/protocol/panel.ts';
import { visibleName } from '../../src/model/visibleText.ts';
import { LinkButton, PrimaryButton, SecondaryButton } from '../components/button.tsx';
import type { IconName } from '../components/glyphs.ts';
import { Icon } from '../components/icon.tsx';
import { usePanel } from '../state/panelContext.ts';
import { useSignal } from '../state/signal.ts';
import { Empty } from './emptyStates.tsx';

const icons: Readonly<Record<FileStatus['tone'], readonly [icon: IconName, tone: string]>> = {
  plain: ['file-code', ''], busy: ['loading', 'open-icon'], warning: ['warning', 'warning-icon'],
};

/** A line about the file that the shown trace is from, while there is something to say about it. */
export function FileLine() {
  const panel = usePanel(), file = useSignal(panel.file);
  if (file === undefined) return null;
  const { text, tone, fraction, actions } = file, [icon, colour] = icons[tone];
  return (
    <div class={`file-line ${tone}`} role="status">
      <Icon name={icon} class={colour} />
      <span class="grow cut">{visibleName(text)}</span>
      {actions.map(({ action, label }) => <LinkButton key={action} onClick={() => panel.runOnFile(action)}>{label}</LinkButton>)}
      {fraction !== undefined && <Progress fraction={fraction} />}
    </div>
  );
}

/** What stands in the place of the view while no trace of a file can be shown. */
export function FileInstead({ file }: { readonly file: FileStatus }) {
  const panel = usePanel(), { text, tone, fraction, actions: [first, ...more] } = file, [icon, colour] = icons[tone];
  const [title, ...rest] = visibleName(text).split(/(?<=\.) (?=[A-Z])/);
  return (
    <Empty title={(title ?? '').replace(/\.$/, '')} icon={icon} tone={colour}>
      <p class="empty-text">{rest.length > 0 ? rest.join(' ') : tone === 'busy' ? 'Its spans show as they come.' : ''}</p>
      {fraction !== undefined && <div class="file-progress"><Progress fraction={fraction} /></div>}
      <div class="empty-rest">
        <div class="buttons">
          {first !== undefined && <PrimaryButton onClick={() => panel.runOnFile(first.action)}>{first.label}</PrimaryButton>}
          {more.map(({ action, label }) => <SecondaryButton key={action} onClick={() => panel.runOnFile(action)}>{label}</SecondaryButton>)}
        </div>
      </div>
    </Empty>
  );
}

function Progress({ fraction }: { readonly fraction: number }) {
  return <progress class="file-progress-bar" value={fraction} max={1} aria-label="Read so far" />;
}
