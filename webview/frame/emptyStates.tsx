import type { ComponentChildren } from 'preact';
import { clock } from '../../src/analysis/numbers.ts';
import type { PanelAction, ReceiverStatus } from '../../src/protocol/panel.ts';
import { CopyButton, LinkButton, PrimaryButton, SecondaryButton } from '../components/button.tsx';
import type { IconName } from '../components/glyphs.ts';
import { Icon } from '../components/icon.tsx';
import { locale } from '../components/numbers.ts';
import { visibleName } from '../../src/model/visibleText.ts';
import { usePanel } from '../state/panelContext.ts';

interface EmptyProps {
  readonly title: string;
  readonly icon?: IconName;
  readonly tone?: string;
  readonly children: ComponentChildren;
}

/** A message in the place of a view: what happened and what can be done. */
export function Empty({ title, icon, tone = '', children }: EmptyProps) {
  return (
    <section class={`empty${icon === undefined ? '' : ' with-icon'}`} aria-label={title}>
      <div class="empty-inner">
        <div class="empty-title">{icon !== undefined && <Icon name={icon} class={tone} />}<h2>{title}</h2></div>
        {children}
      </div>
    </section>
  );
}

/** What a panel without a trace shows, by the state of the receiver. */
export function NoTrace({ status }: { readonly status: ReceiverStatus }) {
  switch (status.state) {
    case 'listening': return <Waiting status={status} />;
    case 'failed': return <ReceiverFailed problem={status.problem ?? 'The receiver could not start.'} />;
    case 'starting': return <Empty title="The receiver is starting" icon="radio-tower" tone="open-icon"><p class="empty-text">Spans show here as soon as they arrive.</p></Empty>;
    case 'off': return <ReceiverOff />;
  }
}

const endpoints: readonly (readonly [name: string, field: 'http' | 'grpc' | 'webSocket', copy: PanelAction])[] = [
  ['HTTP', 'http', 'copyHttp'],
  ['gRPC', 'grpc', 'copyGrpc'],
  ['WebSocket', 'webSocket', 'copyWebSocket'],
];

function Waiting({ status }: { readonly status: ReceiverStatus }) {
  const panel = usePanel();
  const since = status.sinceUnixMilli === undefined ? '' : `Listening since ${clock(status.sinceUnixMilli, Date.now(), locale)}. `;
  return (
    <Empty title="Waiting for the first span" icon="radio-tower" tone="open-icon">
      <p class="empty-text">{since}{status.receivedSpans === 0 ? 'Nothing has arrived yet.' : 'Select a run in the Traces view to see its spans.'}</p>
      <div class="empty-rest">
        {status.problem !== undefined && <p class="empty-text"><Icon name="warning" class="warning-icon" /> {visibleName(status.problem)}</p>}
        <dl class="endpoints">
          {endpoints.map(([name, field, copy]) => status[field] !== undefined && (
            <div key={name}><dt>{name}</dt><dd><span class="mono grow value">{status[field]}</span><CopyButton what={`${name} endpoint`} onCopy={() => panel.run(copy)} /></dd></div>
          ))}
        </dl>
        <div class="buttons">
          <PrimaryButton onClick={() => panel.run('runDemo')}>Run the demo agent</PrimaryButton>
          <SecondaryButton onClick={() => panel.run('copyEnvironment')}>Copy environment</SecondaryButton>
        </div>
        <p class="empty-hint">Have a trace already? <LinkButton onClick={() => panel.run('openFile')}>Open a trace file</LinkButton></p>
      </div>
    </Empty>
  );
}

function ReceiverFailed({ problem }: { readonly problem: string }) {
  const panel = usePanel();
  const [title, rest] = firstSentence(visibleName(problem));
  return (
    <Empty title={title} icon="warning" tone="warning-icon">
      {rest !== '' && <p class="empty-text">{rest}</p>}
      <div class="empty-rest">
        <div class="buttons">
          <PrimaryButton onClick={() => panel.run('useOtherPort')}>Use another port</PrimaryButton>
          <SecondaryButton onClick={() => panel.run('startReceiver')}>Try again</SecondaryButton>
        </div>
        <p class="empty-hint">On another port, runs started with F5 or in a new terminal find it by themselves. <LinkButton onClick={() => panel.run('showLog')}>Show log</LinkButton></p>
      </div>
    </Empty>
  );
}

/** A title without its full stop, and what follows. */
function firstSentence(text: string): readonly [string, string] {
  const end = text.indexOf('. ');
  return end < 0 ? [text.replace(/\.$/, ''), ''] : [text.slice(0, end), text.slice(end + 2)];
}

function ReceiverOff() {
  const panel = usePanel();
  return (
    <Empty title="The receiver is off" icon="circle-slash">
      <p class="empty-text">Programs that send spans do not reach this window.</p>
      <div class="empty-rest">
        <div class="buttons">
          <PrimaryButton onClick={() => panel.run('startReceiver')}>Start it</PrimaryButton>
          <SecondaryButton onClick={() => panel.run('openFile')}>Open a trace file</SecondaryButton>
        </div>
      </div>
    </Empty>
  );
}

export function TraceGone() {
  const panel = usePanel();
  return (
    <Empty title="This trace is gone" icon="info">
      <p class="empty-text">It was deleted, or made room for newer ones.</p>
      <div class="empty-rest"><div class="steps"><LinkButton onClick={() => panel.run('openFile')}>Open a trace file</LinkButton><LinkButton onClick={() => panel.run('runDemo')}>Run the demo agent</LinkButton></div></div>
    </Empty>
  );
}

export function DataSourceLost({ message }: { readonly message: string }) {
  const panel = usePanel();
  const [title, rest] = firstSentence(message);
  return (
    <Empty title={title} icon="warning" tone="warning-icon">
      <p class="empty-text">{rest}</p>
      <div class="empty-rest">
        <div class="buttons">
          <PrimaryButton onClick={() => panel.start()}>Reload</PrimaryButton>
          <SecondaryButton onClick={() => panel.run('showLog')}>Show log</SecondaryButton>
        </div>
      </div>
    </Empty>
  );
}
