import { EventSource } from 'eventsource';
import type { Schemas } from './client';

/** What comes on an interview's event stream, by its type. */
export type InterviewEvents = Schemas['InterviewEvents'];
export type InterviewEvent = {
  [Type in keyof InterviewEvents]: { type: Type; data: InterviewEvents[Type] };
}[keyof InterviewEvents];

const TYPES: Record<keyof InterviewEvents, true> = {
  'reply.started': true,
  'reply.chunk': true,
  'reply.finished': true,
  'reply.cancelled': true,
  'utterance.heard': true, // for recruiters
  'stage.changed': true,
  'question.asked': true,
  'answer.scored': true,
  'interview.ended': true,
};
const AGAIN_MS = 3000;

type Follow = {
  sessionId: string;
  /** The event after which to begin, as `last_event_id` of what was read before. */
  after: string;
  /** A candidate's token; none: the recruiter's cookie. */
  bearer?: () => Promise<string>;
  onEvent: (event: InterviewEvent) => void;
  signal: AbortSignal;
};

/**
 * Follow an interview from an event on until it is over or the signal comes. It goes on after each break where it was:
 * browsers' own EventSource sends no credentials, and gives up on any refusal, such as while the server restarts.
 */
export function follow({ sessionId, after, bearer, onEvent, signal }: Follow): void {
  let last = after;
  let over = false;
  const connect = () => {
    if (signal.aborted || over) return;
    const path = `/interview/session/${encodeURIComponent(sessionId)}/events`;
    const source = new EventSource(`${path}?after=${encodeURIComponent(last)}`, {
      fetch: async (input, init) => {
        const headers = new Headers(init.headers);
        if (bearer) headers.set('Authorization', `Bearer ${await bearer()}`);
        const response = await fetch(input, { ...init, headers });
        over ||= response.status === 204;
        return response;
      },
    });
    for (const type of Object.keys(TYPES)) {
      source.addEventListener(type, (message: MessageEvent<string>) => {
        last = message.lastEventId || last;
        onEvent({ type, data: JSON.parse(message.data) as unknown } as InterviewEvent);
      });
    }
    source.addEventListener('error', () => {
      if (source.readyState !== EventSource.CLOSED) return; // it connects again by itself
      const timer = setTimeout(connect, AGAIN_MS);
      signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
    });
    signal.addEventListener('abort', () => source.close(), { once: true });
  };
  connect();
}
