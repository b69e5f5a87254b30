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

/** The time, in milliseconds since the epoch, as of this second; it stands still while nobody needs it. */
export function useSeconds(isNeeded: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!isNeeded) return;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [isNeeded]);
  return now;
}
