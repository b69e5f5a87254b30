import { useEffect, useState } from 'react';
import { persist, type Schemas } from '../../api/client';
import { type Interview, messageOf } from '../interview';

export type Report = Schemas['InterviewReport'];

/** The candidate's report; null: it is still being written, or cannot be had, and `trouble` says why. */
export function useReport(
  interview: Interview,
  isShown: boolean,
): { report: Report | null; trouble: string | null } {
  const [report, setReport] = useState<Report | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);

  useEffect(() => {
    if (!isShown) return;
    const leaving = new AbortController();
    const { signal } = leaving;
    const finish = () =>
      interview.api.POST('/interview/finish', { body: { session_id: interview.id }, signal });
    persist(finish, { signal }).then(
      (finished) => setReport(finished.report),
      (error: unknown) => {
        if (!signal.aborted) setTrouble(messageOf(error));
      },
    );
    return () => leaving.abort();
  }, [interview, isShown]);

  return { report, trouble };
}
