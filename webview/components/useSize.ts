import { useLayoutEffect, useState } from 'preact/hooks';
import type { RefObject } from 'preact';

export interface Size { readonly width: number; readonly height: number }

/** The size of an element in CSS pixels, followed; undefined before it is known, unless it is known beforehand. */
export function useSize(element: RefObject<HTMLElement | null>, known?: Size): Size | undefined {
  const [size, setSize] = useState<Size | undefined>(known);
  useLayoutEffect(() => {
    const target = element.current;
    if (target === null) return undefined;
    const measure = (): void => {
      const { clientWidth: width, clientHeight: height } = target;
      setSize((old) => (old?.width === width && old.height === height ? old : { width, height }));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(target);
    return () => observer.disconnect();
  }, []);
  return size;
}
