import { act, cleanup, renderHook, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { NO_CHOICE } from './choice';
import { useJourney } from './useJourney';

/** Answers to readings of the session, in turn; the last one again and again. */
let sessions: Promise<object>[];

beforeEach(() => {
  sessionStorage.clear();
  history.replaceState(null, '', '/?invite=abc');
  sessions = [Promise.resolve({ status: 'running', via: 'voice' })];
  vi.stubGlobal('fetch', async ({ url }: Request) => {
    if (url.endsWith('/interview/invite')) {
      return Response.json({ access_token: 'token', expires_in: 3600, session_id: 'ada' });
    }
    return Response.json(await (sessions.length > 1 ? sessions.shift() : sessions[0]));
  });
});
afterEach(cleanup);
afterEach(() => vi.unstubAllGlobals());

async function inTheRoom() {
  const journey = renderHook(useJourney).result;
  await waitFor(() => expect(journey.current.place).toBe('lobby'));
  act(() => journey.current.enter('voice', NO_CHOICE));
  expect(journey.current.place).toBe('voice');
  return journey;
}

it('leaves the room at once, whoever does not answer', async () => {
  const journey = await inTheRoom();
  sessions = [new Promise(() => undefined)];
  act(() => journey.current.leave());
  expect(journey.current.place).toBe('lobby');
});

it('finds out, after leaving, that the interview is over', async () => {
  const journey = await inTheRoom();
  sessions = [Promise.resolve({ status: 'ended', via: null })];
  act(() => journey.current.leave());
  await waitFor(() => expect(journey.current.place).toBe('afterwards'));
});

it('knows how it ended when it says so', async () => {
  const journey = await inTheRoom();
  sessions = [Promise.resolve({ status: 'ended', via: null, end_reason: 'goodbye' })];
  act(() => journey.current.end());
  await waitFor(() => expect(journey.current.place).toBe('afterwards'));
  expect(journey.current.session?.end_reason).toBe('goodbye');
});
