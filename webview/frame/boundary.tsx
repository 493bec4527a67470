import type { ComponentChildren } from 'preact';
import { useErrorBoundary } from 'preact/hooks';
import { PrimaryButton, SecondaryButton } from '../components/button.tsx';
import { usePanel } from '../state/panelContext.ts';
import { Empty } from './emptyStates.tsx';

interface BoundaryProps {
  readonly onError: (error: unknown) => void;
  readonly children: ComponentChildren;
}

/** Says so when drawing the panel failed, in the place of a blank page. */
export function Boundary({ onError, children }: BoundaryProps) {
  const panel = usePanel();
  const [error, retry] = useErrorBoundary(onError) as [unknown, () => void];
  if (error === undefined || error === null) return <>{children}</>;
  return (
    <main class="body">
      <Empty title="The view met an error" icon="warning" tone="warning-icon">
        <p class="empty-text">Nothing stored is lost. What happened is in the log.</p>
        <div class="empty-rest buttons">
          <PrimaryButton onClick={() => { panel.select(-1); retry(); panel.start(); }}>Try again</PrimaryButton>
          <SecondaryButton onClick={() => panel.run('showLog')}>Show log</SecondaryButton>
        </div>
      </Empty>
    </main>
  );
}
