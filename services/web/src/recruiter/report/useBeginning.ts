import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { course, type Details, interview } from '../api';

/** Read an interview anew once somebody has begun it. Until then only its course is looked at, which leaves no trace. */
export function useBeginning({ session_id: id, status }: Details): void {
  const queries = useQueryClient();
  const waiting = useQuery({ ...course(id), enabled: status === 'created' });
  const hasBegun = status === 'created' && waiting.data !== undefined && waiting.data.status !== 'waiting';
  useEffect(() => {
    if (hasBegun) void queries.invalidateQueries(interview(id));
  }, [hasBegun, id, queries]);
}
