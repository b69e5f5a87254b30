import { useEffect, useState } from 'react';

/** Whether something has been so for that long without a break. */
export function useElapsed(milliseconds: number, isSo: boolean): boolean {
  const [hasElapsed, setElapsed] = useState(false);
  useEffect(() => {
    if (!isSo) return;
    const timer = setTimeout(() => setElapsed(true), milliseconds);
    return () => {
      clearTimeout(timer);
      setElapsed(false);
    };
  }, [milliseconds, isSo]);
  return isSo && hasElapsed;
}
