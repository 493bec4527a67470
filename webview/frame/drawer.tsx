import { useEffect, useRef, useState } from 'preact/hooks';
import { Details } from '../details/details.tsx';
import { usePanel } from '../state/panelContext.ts';
import { useSignal } from '../state/signal.ts';
import type { Trace } from '../state/trace.ts';

/** Moved down this far, the drawer shuts. CSS pixels. */
const shutDistance = 40;

/** The details of the selection over the lower part of a narrow panel; a swipe down or Esc shuts it. */
export function Drawer({ trace }: { readonly trace: Trace }) {
  const panel = usePanel();
  const selection = useSignal(panel.selection);
  const [shut, setShut] = useState<typeof selection>(undefined);
  const from = useRef<number | undefined>(undefined);
  useEffect(() => setShut(undefined), [selection]);
  if (panel.selectedRow < 0 || shut === selection) return null;
  const close = (): void => {
    setShut(selection);
    document.querySelector<HTMLElement>('[role=treegrid]')?.focus();
  };
  const onPointerMove = (event: PointerEvent): void => {
    if (from.current === undefined || event.clientY - from.current < shutDistance) return;
    from.current = undefined;
    close();
  };
  return (
    <div class="drawer" onKeyDown={(event) => { if (event.key === 'Escape') { event.stopPropagation(); close(); } }}>
      <div
        class="drawer-grip" aria-hidden="true" onPointerMove={onPointerMove} onLostPointerCapture={() => { from.current = undefined; }}
        onPointerDown={(event) => { event.currentTarget.setPointerCapture(event.pointerId); from.current = event.clientY; }}
      />
      <Details trace={trace} onClose={close} />
    </div>
  );
}
