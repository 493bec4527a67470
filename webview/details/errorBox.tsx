import { useState } from 'preact/hooks';
import type { SpanDetails, StackFrameLink } from '../../src/protocol/panel.ts';
import { LinkButton } from '../components/button.tsx';
import { Icon } from '../components/icon.tsx';
import { visibleName } from '../../src/model/visibleText.ts';
import { usePanel } from '../state/panelContext.ts';
import { TextBody } from './bodyView.tsx';
import { failureOf } from './failure.ts';
import type { Exception } from './failure.ts';
import { StackTrace } from './stackTrace.tsx';

const mostFrames = 6, mostExceptions = 3;

/** Why a span failed: its message, its exceptions and the lines named in them. */
export function ErrorBox({ details }: { readonly details: SpanDetails }) {
  const failure = failureOf(details);
  if (failure === undefined) return null;
  return (
    <section class="box failed" aria-label="Error">
      <div class="box-title"><Icon name="error" class="error-icon" /><span>{visibleName(failure.title)}</span></div>
      {failure.message !== undefined && <div class="lines"><TextBody text={failure.message} look="prose" class="mono" /></div>}
      {failure.source !== undefined && <div class="lines desc">No status was sent; read from <span class="mono">{visibleName(failure.source)}</span></div>}
      {failure.exceptions.slice(-mostExceptions).map((exception) => <ExceptionLines key={exception.event} exception={exception} details={details} title={failure.title} />)}
    </section>
  );
}

function ExceptionLines({ exception, details, title }: { readonly exception: Exception; readonly details: SpanDetails; readonly title: string }) {
  const [isOpen, setOpen] = useState(false);
  const { type, message, stack, frames } = exception;
  const said = message === undefined || message === title ? '' : message;
  return (
    <div class="lines">
      {(type !== undefined || said !== '') && (
        <div class="mono">{type !== undefined && <span class="desc">{`${visibleName(type)}${said === '' ? '' : ': '}`}</span>}{visibleName(said.slice(0, 1000))}</div>
      )}
      {frames.slice(0, mostFrames).map((frame) => <FrameLine key={`${frame.line} ${frame.index}`} frame={frame} details={details} />)}
      {stack !== undefined && <div class="steps"><LinkButton onClick={() => setOpen(!isOpen)}>{isOpen ? 'Hide stack trace' : 'Show stack trace'}</LinkButton></div>}
      {isOpen && stack !== undefined && <StackTrace text={stack} frames={frames} details={details} />}
    </div>
  );
}

function FrameLine({ frame, details }: { readonly frame: StackFrameLink; readonly details: SpanDetails }) {
  const panel = usePanel();
  const { event: eventIndex, line } = frame;
  const open = (beside: boolean): void => panel.post({ type: 'frame.open', ref: details.ref, event: eventIndex, line, beside });
  return (
    <div class="frame mono">
      <button type="button" class="link cut" title={`Go to ${visibleName(frame.label)}. ${frame.origin}`} onClick={(event) => open(event.altKey)}>{visibleName(frame.label)}</button>
      {frame.functionName !== undefined && <span class="desc cut">{visibleName(frame.functionName)}</span>}
    </div>
  );
}
