import { useEffect } from 'react';
import type { Call } from './call';

const LOOK_MS = 3000;

/** While the interviewer is gone, look now and then whether the interview is over. */
export function useWatchedAbsence(call: Call, isAbsent: boolean): void {
  useEffect(() => {
    if (!isAbsent) return;
    const back = new AbortController();
    const timer = setInterval(() => void call.look(back.signal).catch(() => undefined), LOOK_MS);
    return () => {
      clearInterval(timer);
      back.abort();
    };
  }, [call, isAbsent]);
}
