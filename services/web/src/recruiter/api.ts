/** The front door as recruiters call it: their credentials are a cookie, which no script can read. */
import {
  infiniteQueryOptions,
  keepPreviousData,
  MutationCache,
  QueryCache,
  QueryClient,
  queryOptions,
} from '@tanstack/react-query';
import { frontDoor, ok, type Schemas } from '../api/client';
import { Problem } from '../api/problem';
import type { Filters } from './list/filters';

export type Details = Schemas['InterviewDetails'];
export type Item = Schemas['InterviewItem'];
export type Scenario = Schemas['ScenarioItem'];
export type Session = Schemas['SessionResponse'];

export const door = frontDoor();

const TRIES = 3;
const PAUSE_S = 2;
/** How often what is under way is looked at again, in milliseconds; and everything else. */
const SOON = 4_000;
const LATER = 30_000;

/** What was read, for all pages. A 401 of any call means that the session has ended. */
export function newQueryClient(): QueryClient {
  const onError = (error: Error) => {
    if (error instanceof Problem && error.status === 401)
      client.setQueryData(signedIn.queryKey, { signed_in: false });
  };
  const client = new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        networkMode: 'always', // a server on the own machine is there without any network
        staleTime: SOON,
        retry: (failures, error) => failures < TRIES && error instanceof Problem && error.passes,
        retryDelay: (_, error) => 1000 * (error instanceof Problem ? (error.retryAfter ?? PAUSE_S) : PAUSE_S),
      },
      mutations: { networkMode: 'always' },
    },
  });
  return client;
}

export const pageSettings = queryOptions({
  queryKey: ['page'],
  queryFn: ({ signal }) => ok(door.GET('/page', { signal })),
  staleTime: Infinity,
});

export const signedIn = queryOptions({
  queryKey: ['signed in'],
  queryFn: ({ signal }) => ok(door.GET('/auth/session', { signal })),
});

export const scenarios = queryOptions({
  queryKey: ['scenarios'],
  queryFn: ({ signal }) => ok(door.GET('/scenarios', { signal })),
  staleTime: 60_000,
});

/** The key of everything that lists interviews. */
export const LISTS = ['interviews'];

export function interviewList({ search, status, scenario }: Filters) {
  return infiniteQueryOptions({
    queryKey: [...LISTS, search, status, scenario],
    queryFn: ({ pageParam: cursor, signal }) => {
      const query = {
        search: search.trim(),
        status: status ?? undefined,
        scenario: scenario ?? undefined,
        cursor: cursor ?? undefined,
      };
      return ok(door.GET('/interviews', { params: { query }, signal }));
    },
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) =>
      state.data?.pages.some(({ items }) => items.some(isUnderWay)) ? SOON : LATER,
  });
}

export const liveNow = queryOptions({
  queryKey: [...LISTS, 'live now'],
  queryFn: ({ signal }) =>
    ok(door.GET('/interviews', { params: { query: { status: 'running', limit: 100 } }, signal })),
  // The status that was looked for is some seconds old.
  select: ({ items }) => items.filter(isUnderWay),
  refetchInterval: SOON,
});

/** All of an interview. Each reading leaves a line in the audit log: it is not for watching. */
export function interview(id: string) {
  return queryOptions({
    queryKey: ['interview', id],
    queryFn: ({ signal }) =>
      ok(door.GET('/interviews/{session_id}', { params: { path: { session_id: id } }, signal })),
    staleTime: LATER,
    refetchOnWindowFocus: false,
    refetchInterval: ({ state }) => {
      if (!state.data || state.data.status === 'created' || isSettled(state.data)) return false;
      return state.data.status === 'ended' ? SOON : LATER;
    },
  });
}

/** Where an interview is and what both sides have said, as often as one likes. */
export function course(id: string) {
  return queryOptions({
    queryKey: ['course', id],
    queryFn: ({ signal }) =>
      ok(door.GET('/interview/session/{session_id}', { params: { path: { session_id: id } }, signal })),
    staleTime: 0,
    refetchInterval: ({ state }) => (state.data?.status === 'ended' ? false : SOON),
  });
}

export function isUnderWay({ status }: Item): boolean {
  return status === 'running';
}

/** Nothing of it changes by itself any more. */
function isSettled({ is_final, rescoring }: Details): boolean {
  return is_final && !rescoring;
}

/** What to tell a recruiter of an error. */
export function messageOf(error: Error): string {
  if (!(error instanceof Problem)) return 'Something went wrong on this page. Please reload it.';
  return error.message.charAt(0).toUpperCase() + error.message.slice(1);
}
