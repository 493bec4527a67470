// Functions that run in the pages of the workbench. Each is sent as text, so it uses nothing outside of itself.

/** Where the pixels of a lane of the chart are, CSS pixels of its canvas. */
export interface LanePlace {
  /** A height at which bars of the lane are nothing but colour. */
  readonly inBar: number;
  /** A height in the gap below, which is never a bar. */
  readonly inGap: number;
}

/** When what happened in the page of a panel; milliseconds since 1970. */
export interface PaintTimes {
  /** The document began to load, its script had arrived, and the first rows came. */
  readonly document: number;
  readonly script?: number;
  readonly firstRows?: number;
  /** The picture with the first spans was ready, and the one with the bar that covers all of the run. */
  readonly firstPaint: number;
  readonly allPainted: number;
}

declare global {
  interface Window {
    /** Tells the benchmark what a page of a panel painted. */
    reportPaint?: (times: PaintTimes) => Promise<void>;
    reportPress?: (unixMs: number) => Promise<void>;
    markersSeen?: MarkersSeen;
  }
}

/** Reports when the pointer goes down in the workbench, and when a chart in one of its frames has been painted. */
export function watchPaint({ inBar, inGap }: LanePlace): void {
  const now = (): number => performance.timeOrigin + performance.now();
  if (window.parent === window) {
    window.addEventListener('pointerdown', (event) => void window.reportPress?.(performance.timeOrigin + event.timeStamp), true);
    return;
  }
  let firstRows: number | undefined, firstPaint: number | undefined;
  // The document is written anew later, which ends whatever has been begun by then; the page's script begins with listening.
  const add = window.addEventListener.bind(window) as (type: string, listener: EventListenerOrEventListenerObject, options?: AddEventListenerOptions | boolean) => void;
  window.addEventListener = (type: string, listener: EventListenerOrEventListenerObject, options?: AddEventListenerOptions | boolean) => {
    if (type === 'message') {
      add('message', (event) => { if ((event as MessageEvent<{ type?: string }>).data?.type === 'trace.rows') firstRows ??= now(); });
      watch();
    }
    add(type, listener, options);
  };
  /** Which part of the lane's width is bars. */
  const covered = (): number => {
    const canvas = document.querySelector<HTMLCanvasElement>('.flame-stage canvas');
    if (canvas === null || canvas.style.width === '') return 0;
    const width = canvas.width, copy = new OffscreenCanvas(width, 2).getContext('2d', { willReadFrequently: true });
    copy?.drawImage(canvas, 0, inBar, width, 1, 0, 0, width, 1);
    copy?.drawImage(canvas, 0, inGap, width, 1, 0, 1, width, 1);
    const pixels = new Uint32Array(copy?.getImageData(0, 0, width, 2).data.buffer ?? new ArrayBuffer(width * 8));
    let different = 0;
    for (let x = 0; x < width; x++) if (pixels[x] !== pixels[width + x]) different++;
    return different / width;
  };
  const report = (): void => {
    const script = performance.getEntriesByType('resource').find(({ name }) => name.includes('/main.js')) as PerformanceResourceTiming | undefined;
    void window.reportPaint?.({
      document: performance.timeOrigin, firstPaint: firstPaint ?? NaN, allPainted: now(),
      ...(script === undefined ? {} : { script: performance.timeOrigin + script.responseEnd }),
      ...(firstRows === undefined ? {} : { firstRows }),
    });
  };
  const watch = (): void => {
    const frame = new MessageChannel();
    // What is posted within a frame arrives when its picture has been handed over.
    const next = (): void => frame.port2.postMessage(undefined);
    frame.port1.addEventListener('message', () => {
      const part = covered();
      if (part > 0.05) firstPaint ??= now();
      if (part > 0.95) report();
      else requestAnimationFrame(next);
    });
    frame.port1.start();
    requestAnimationFrame(next);
  };
}

/** When the n-th marker reached the page, and when it could be seen; milliseconds since 1970. */
export interface MarkersSeen { readonly arrived: number[]; readonly seen: number[]; stop: () => void }

/** Watches a lane for red bars, of which one is added after the other. */
export function watchMarkers({ inBar, firstNs, stepNs }: { readonly inBar: number; readonly firstNs: string; readonly stepNs: number }): void {
  const now = (): number => performance.timeOrigin + performance.now();
  const arrived: number[] = [], seen: number[] = [];
  let isStopped = false;
  const onMessage = ({ data }: MessageEvent<{ type?: string; rows?: { count: number; baseUnixNano: string; buffer: ArrayBuffer } }>): void => {
    if (data.type !== 'trace.rows' || data.rows === undefined) return;
    const at = now(), { baseUnixNano, buffer, count } = data.rows, wanted = Number(BigInt(firstNs) - BigInt(baseUnixNano));
    for (const start of new Float64Array(buffer, 0, count)) {
      const index = (start - wanted) / stepNs;
      if (Number.isInteger(index) && index >= 0) arrived[index] ??= at;
    }
  };
  window.addEventListener('message', onMessage);
  const redBars = (): number => {
    const canvas = document.querySelector<HTMLCanvasElement>('.flame-stage canvas');
    if (canvas === null) return 0;
    const { width } = canvas, copy = new OffscreenCanvas(width, 1).getContext('2d', { willReadFrequently: true });
    copy?.drawImage(canvas, 0, inBar, width, 1, 0, 0, width, 1);
    const { data } = copy?.getImageData(0, 0, width, 1) ?? { data: new Uint8ClampedArray(width * 4) };
    let bars = 0, isIn = false;
    for (let x = 0; x < width; x++) {
      const isRed = (data[x * 4] as number) > 170 && (data[x * 4 + 1] as number) < 130 && (data[x * 4 + 2] as number) < 130;
      if (isRed && !isIn) bars++;
      isIn = isRed;
    }
    return bars;
  };
  const frame = new MessageChannel();
  frame.port1.addEventListener('message', () => {
    const bars = redBars(), at = now();
    while (seen.length < bars) seen.push(at);
    if (!isStopped) requestAnimationFrame(next);
  });
  frame.port1.start();
  const next = (): void => frame.port2.postMessage(undefined);
  requestAnimationFrame(next);
  window.markersSeen = { arrived, seen, stop: () => { isStopped = true; window.removeEventListener('message', onMessage); } };
}

/** Zooms in and out again at the pointer, a wheel event a frame; gives the milliseconds between frames. */
export async function zoomInAndOut({ frames, deltaY }: { readonly frames: number; readonly deltaY: number }): Promise<number[]> {
  const stage = document.querySelector('.flame-stage'), box = stage?.getBoundingClientRect();
  if (stage === null || box === undefined) throw new Error('There is no chart.');
  const times: number[] = [];
  for (let i = 0; i <= 2 * frames; i++) {
    times.push(await new Promise<number>((resolve) => requestAnimationFrame(resolve)));
    stage.dispatchEvent(new WheelEvent('wheel', { deltaY: i < frames ? -deltaY : deltaY, ctrlKey: true, bubbles: true, cancelable: true, clientX: box.x + box.width / 2, clientY: box.y + 60 }));
  }
  return times.slice(1).map((time, i) => time - (times[i] as number));
}
