import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { follow } from '../../api/events';
import { course, interview, LISTS } from '../api';
import { heardOf, notYetHeard, type Saying } from './saying';

/** An interview as it goes on: where it is, and what the interviewer is saying. */
export function useLive(id: string) {
  const queries = useQueryClient();
  const session = useQuery(course(id));
  const [saying, setSaying] = useState<Saying | null>(null);
  const isRead = session.data !== undefined;

  useEffect(() => {
    const begin = queries.getQueryData(course(id).queryKey);
    if (!isRead || !begin) return;
    const leaving = new AbortController();
    follow({
      sessionId: id,
      after: begin.last_event_id,
      signal: leaving.signal,
      onEvent: (event) => {
        const turns = queries.getQueryData(course(id).queryKey)?.transcript.length ?? 0;
        setSaying((now) => heardOf(now, event, turns));
        if (event.type === 'reply.chunk') return;
        // Whatever else happens may have come of what the candidate said, and is in the session.
        void queries.invalidateQueries(course(id));
        if (event.type === 'interview.ended') {
          void queries.invalidateQueries(interview(id));
          void queries.invalidateQueries({ queryKey: LISTS });
        }
      },
    });
    return () => leaving.abort();
  }, [id, isRead, queries]);

  return {
    session,
    saying: session.data?.status === 'ended' ? null : notYetHeard(saying, session.data?.transcript ?? []),
  };
}
