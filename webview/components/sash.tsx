import { useRef } from 'preact/hooks';

interface SashProps {
  /** How the line lies: a vertical one changes a width. */
  readonly orientation: 'vertical' | 'horizontal';
  readonly label: string;
  /** Size in CSS pixels of what the sash resizes. */
  readonly size: number;
  readonly smallest: number;
  readonly largest: number;
  /** 1 when moving right or down makes it larger, -1 when smaller. */
  readonly grows: 1 | -1;
  readonly onResize: (size: number) => void;
  /** Double click: back to the usual size. */
  readonly onReset: () => void;
}

const step = 10;

/** A line between two parts that is moved by pointer or arrow keys. */
export function Sash(props: SashProps) {
  const { orientation, label, size, smallest, largest, grows, onResize, onReset } = props;
  const drag = useRef<{ readonly at: number; readonly size: number } | undefined>(undefined);
  const positionOf = (event: PointerEvent): number => (orientation === 'vertical' ? event.clientX : event.clientY);
  const resize = (wanted: number): void => onResize(Math.round(Math.min(largest, Math.max(smallest, wanted))));

  const onPointerDown = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    drag.current = { at: positionOf(event), size };
  };
  const onPointerMove = (event: PointerEvent): void => {
    if (drag.current !== undefined) resize(drag.current.size + grows * (positionOf(event) - drag.current.at));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const forwards = orientation === 'vertical' ? 'ArrowRight' : 'ArrowDown';
    const backwards = orientation === 'vertical' ? 'ArrowLeft' : 'ArrowUp';
    const size_ = new Map([
      [forwards, size + grows * step], [backwards, size - grows * step], ['Home', smallest], ['End', largest],
    ]).get(event.key);
    if (event.key === 'Enter') onReset();
    else if (size_ !== undefined) resize(size_);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div
      class={`sash ${orientation}`} role="separator" tabIndex={0} aria-label={label} aria-orientation={orientation}
      aria-valuenow={Math.round(size)} aria-valuemin={smallest} aria-valuemax={Math.round(largest)}
      onPointerDown={onPointerDown} onPointerMove={onPointerMove} onLostPointerCapture={() => { drag.current = undefined; }}
      onDblClick={onReset} onKeyDown={onKeyDown}
    />
  );
}
