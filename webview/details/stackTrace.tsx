import { useState } from 'preact/hooks';
import type { SpanDetails, StackFrameLink } from '../../src/protocol/panel.ts';
import { LinkButton } from '../components/button.tsx';
import { visibleBody, visibleName } from '../../src/model/visibleText.ts';
import { usePanel } from '../state/panelContext.ts';

const pageLines = 100;

interface StackTraceProps {
  readonly text: string;
  readonly frames: readonly StackFrameLink[];
  readonly details: SpanDetails;
}

/** A recorded stack trace; lines whose place is known are links. */
export function StackTrace({ text, frames, details }: StackTraceProps) {
  const panel = usePanel();
  const [shown, setShown] = useState(pageLines);
  const lines = text.split('\n');
  const byLine = new Map(frames.map((frame) => [frame.line, frame]));
  return (
    <>
      <div class="code stack">
        {lines.slice(0, shown).map((line, i) => {
          const frame = byLine.get(i);
          if (frame === undefined) return <span key={i} class="line">{visibleBody(line)}</span>;
          const open = (event: MouseEvent): void => panel.post({ type: 'frame.open', ref: details.ref, event: frame.event, line: frame.line, beside: event.altKey });
          return <button key={i} type="button" class="line link" title={`Go to ${visibleName(frame.label)}`} onClick={open}>{visibleBody(line)}</button>;
        })}
      </div>
      {lines.length > shown && <LinkButton onClick={() => setShown(shown + pageLines)}>{`Show ${Math.min(pageLines, lines.length - shown)} more lines`}</LinkButton>}
    </>
  );
}
