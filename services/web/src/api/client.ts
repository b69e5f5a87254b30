import createClient, { type Client } from 'openapi-fetch';
import pRetry from 'p-retry';
import { Problem, problemOf, UNREACHABLE } from './problem';
import type { components, paths } from './schema';

export type Api = Client<paths>;
export type Schemas = components['schemas'];

/**
 * The front door, on the page's own origin. `bearer` gives a candidate's token; a recruiter's credentials are a
 * cookie, which scripts cannot read.
 */
export function frontDoor(bearer?: () => Promise<string>): Api {
  const api = createClient<paths>({ baseUrl: location.origin });
  api.use({
    async onRequest({ request }) {
      if (bearer) request.headers.set('Authorization', `Bearer ${await bearer()}`);
      return request;
    },
    onError({ error }) {
      if (error instanceof Problem || (error instanceof DOMException && error.name === 'AbortError'))
        return error;
      return new Problem('unreachable', UNREACHABLE, 0);
    },
  });
  return api;
}

type Answered<T> = { data?: T; error?: unknown; response: Response };

/** What a call answered. Throws Problem. */
export async function ok<T>(call: Promise<Answered<T>>): Promise<T> {
  const { data, error, response } = await call;
  if (!response.ok) throw problemOf(response, error as Schemas['Problem'] | undefined);
  return data as T;
}

const PAUSE_MS = 2000;

export type Patience = {
  signal: AbortSignal;
  /** Is told what is in the way each time that the call is about to be repeated. */
  onWaiting?: (problem: Problem) => void;
};

/**
 * Repeat a call that may be repeated until it is answered or refused for good: through restarts of the server, and
 * while the interviewer takes its time. Throws Problem, or the signal's reason.
 */
export function persist<T>(call: () => Promise<Answered<T>>, { signal, onWaiting }: Patience): Promise<T> {
  return pRetry(() => ok(call()), {
    signal,
    retries: Infinity,
    minTimeout: 0,
    maxTimeout: 0,
    shouldRetry: ({ error }) => error instanceof Problem && error.passes,
    onFailedAttempt: async ({ error }) => {
      if (!(error instanceof Problem && error.passes)) return;
      onWaiting?.(error);
      await pause((error.retryAfter ?? 0) * 1000 || PAUSE_MS, signal);
    },
  });
}

/** Wait; rejects with the signal's reason when that comes first. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    });
  });
}

/** A new Idempotency-Key: the same call may then be sent again, and happens once. */
export const idempotencyKey = uniqueId;

/** Random, of 32 letters and digits. Without HTTPS browsers have no randomUUID, and writing is possible there, too. */
export function uniqueId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
