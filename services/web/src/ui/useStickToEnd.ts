import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';

const NEAR_PX = 48;

/** Keep the end of what grows in view, unless its reader has gone up to read something again. */
export function useStickToEnd(...grows: readonly unknown[]): {
  box: RefObject<HTMLDivElement | null>;
  isAtEnd: boolean;
  toEnd: () => void;
} {
  const box = useRef<HTMLDivElement>(null);
  const [isAtEnd, setAtEnd] = useState(true);
  /** Where it was scrolled to last; higher up than that, its reader is going up. */
  const last = useRef(0);

  const toEnd = useCallback(() => {
    const element = box.current;
    if (!element) return;
    element.scrollTo({ top: element.scrollHeight });
    last.current = element.scrollTop;
  }, []);

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const onScroll = () => {
      const left = element.scrollHeight - element.scrollTop - element.clientHeight;
      setAtEnd(left < (element.scrollTop < last.current ? 1 : NEAR_PX));
      last.current = element.scrollTop;
    };
    element.addEventListener('scroll', onScroll, { passive: true });
    return () => element.removeEventListener('scroll', onScroll);
  }, []);

  useEffect(() => {
    if (!isAtEnd || !box.current) return;
    const resized = new ResizeObserver(toEnd);
    resized.observe(box.current);
    return () => resized.disconnect();
  }, [isAtEnd, toEnd]);

  useLayoutEffect(() => {
    if (isAtEnd && box.current && box.current.scrollTop >= last.current) toEnd();
    // eslint-disable-next-line react-hooks/exhaustive-deps -- when something has grown, and only then
  }, grows);

  return { box, isAtEnd, toEnd };
}
