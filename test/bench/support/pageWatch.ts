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
  /** The document began to load, its script ran, and the first rows came. */
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
  let script: number | undefined, firstRows: number | undefined, firstPaint: number | undefined;
  // The document is written anew later, which ends whatever has been begun by then; the page's script begins with listening.
  const add = window.addEventListener.bind(window) as (type: string, listener: EventListenerOrEventListenerObject, options?: AddEventListenerOptions | boolean) => void;
  window.addEventListener = (type: string, listener: EventListenerOrEventListenerObject, options?: AddEventListenerOptions | boolean) => {
    if (type === 'message') {
      script ??= now();
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
    void window.reportPaint?.({
      document: performance.timeOrigin, firstPaint: firstPaint ?? NaN, allPainted: now(),
      ...(script === undefined ? {} : { script }),
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

/**
 * Watches the chart for red bars, of which one after the other is added, each at another time of the run. Their durations
 * say which they are: the n-th is n ns longer than the first. `rowStep` is less than the height of a bar.
 */
export function watchMarkers({ rowStep, shortestNs, count }: { readonly rowStep: number; readonly shortestNs: number; readonly count: number }): void {
  const now = (): number => performance.timeOrigin + performance.now();
  const arrived: number[] = [], seen: number[] = [];
  let isStopped = false;
  const onMessage = ({ data }: MessageEvent<{ type?: string; rows?: { count: number; buffer: ArrayBuffer } }>): void => {
    if (data.type !== 'trace.rows' || data.rows === undefined) return;
    const at = now(), { buffer, count: rows } = data.rows;
    for (const duration of new Float64Array(buffer, rows * 8, rows)) {
      const index = duration - shortestNs;
      if (Number.isInteger(index) && index >= 0 && index < count) arrived[index] ??= at;
    }
  };
  window.addEventListener('message', onMessage);
  const copy = new OffscreenCanvas(1, 1), context = copy.getContext('2d', { willReadFrequently: true });
  /** Bars at different times, whatever their lanes. */
  const redBars = (): number => {
    const canvas = document.querySelector<HTMLCanvasElement>('.flame-stage canvas');
    if (canvas === null || canvas.width === 0 || context === null) return 0;
    const { width } = canvas, rows = Math.floor(canvas.height / rowStep);
    if (copy.width !== width || copy.height !== rows) [copy.width, copy.height] = [width, rows];
    for (let row = 0; row < rows; row++) context.drawImage(canvas, 0, row * rowStep, width, 1, 0, row, width, 1);
    const { data } = context.getImageData(0, 0, width, rows);
    const isRed = (pixel: number): boolean => (data[pixel * 4] as number) > 170 && (data[pixel * 4 + 1] as number) < 130 && (data[pixel * 4 + 2] as number) < 130;
    let bars = 0, isIn = false;
    for (let x = 0; x < width; x++) {
      let isHere = false;
      for (let row = 0; row < rows && !isHere; row++) isHere = isRed(row * width + x);
      if (isHere && !isIn) bars++;
      isIn = isHere;
    }
    return bars;
  };
  const frame = new MessageChannel();
  frame.port1.addEventListener('message', () => {
    // Looking costs time of its own, so it waits for something to look for.
    const at = now(), bars = arrived.length > seen.length ? redBars() : 0;
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
