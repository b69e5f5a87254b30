import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react';

const NEAR_PX = 48;

/** Keep the end of what grows in view, unless its reader has gone up to read something again. */
export function useStickToEnd(...grows: readonly unknown[]): {
  box: RefObject<HTMLDivElement | null>;
  isAtEnd: boolean;
  toEnd: () => void;
} {
  const box = useRef<HTMLDivElement>(null);
  const [isAtEnd, setAtEnd] = useState(true);
  const toEnd = () => {
    box.current?.scrollTo({ top: box.current.scrollHeight });
    setAtEnd(true);
  };

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const onScroll = () => {
      setAtEnd(element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_PX);
    };
    element.addEventListener('scroll', onScroll, { passive: true });
    const resized = new ResizeObserver(onScroll);
    resized.observe(element);
    return () => {
      element.removeEventListener('scroll', onScroll);
      resized.disconnect();
    };
  }, []);

  useLayoutEffect(() => {
    if (isAtEnd) box.current?.scrollTo({ top: box.current.scrollHeight });
    // eslint-disable-next-line react-hooks/exhaustive-deps -- when something has grown, and only then
  }, grows);

  return { box, isAtEnd, toEnd };
}
