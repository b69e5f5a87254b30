import { useEffect, useState } from 'react';

/** The time, in milliseconds since the epoch, as of this second; it stands still while nobody needs it. */
export function useNow({ isNeeded = true, everyMs = 1000 } = {}): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!isNeeded) return;
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [isNeeded, everyMs]);
  return now;
}
