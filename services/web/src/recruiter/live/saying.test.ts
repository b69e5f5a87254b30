import { describe, expect, it } from 'vitest';
import type { InterviewEvent } from '../../api/events';
import type { Session } from '../api';
import { heardOf, notYetHeard, type Saying } from './saying';

const started = { type: 'reply.started', data: { turn_id: 't1', in_reply_to: null } } as const;
const chunk = (text: string, turn_id = 't1'): InterviewEvent => ({
  type: 'reply.chunk',
  data: { turn_id, seq: 0, text },
});
const finished = (text: string): InterviewEvent => ({
  type: 'reply.finished',
  data: { turn_id: 't1', text, chunks: 2, farewell: false },
});
const after = (...events: InterviewEvent[]) =>
  events.reduce<Saying | null>((saying, event) => heardOf(saying, event, 3), null);

describe('what is being said', () => {
  it('grows with each piece', () => {
    expect(after(started)).toEqual({ turnId: 't1', text: '', after: 3 });
    expect(after(started, chunk('Hel'), chunk('lo.'))?.text).toBe('Hello.');
  });

  it('is whole in the end, for who came in its middle, too', () => {
    expect(after(chunk('lo.'))?.text).toBe('… lo.');
    expect(after(chunk('lo.'), finished('Hello.'))?.text).toBe('Hello.');
  });

  it('is gone when it is cancelled, and only then', () => {
    const cancelled = (turn_id: string): InterviewEvent => ({
      type: 'reply.cancelled',
      data: { turn_id, reason: 'stale' },
    });
    expect(after(started, chunk('Hel'), cancelled('t1'))).toBeNull();
    expect(after(started, chunk('Hel'), cancelled('t0'))?.text).toBe('Hel');
    expect(after(started, { type: 'interview.ended', data: { reason: 'finished' } })).toBeNull();
  });
});

describe('until the transcript has it', () => {
  const saying: Saying = { turnId: 't2', text: 'And why?  Tell me.', after: 1 };
  const turns = (...said: [string, string][]) =>
    said.map(([speaker, text]) => ({ speaker, text })) as unknown as Session['transcript'];

  it('stays while only older turns are alike', () => {
    expect(notYetHeard(saying, turns(['interviewer', 'And why? Tell me.']))).toBe(saying);
    expect(notYetHeard(saying, turns(['interviewer', 'Hello'], ['candidate', 'And why?']))).toBe(saying);
  });

  it('goes when it was heard, or a part of it', () => {
    const before = ['interviewer', 'Hello'] as [string, string];
    expect(notYetHeard(saying, turns(before, ['interviewer', 'And why? Tell me.']))).toBeNull();
    expect(notYetHeard(saying, turns(before, ['interviewer', 'And why?']))).toBeNull();
    expect(notYetHeard(saying, turns(before, ['interviewer', '']))).toBe(saying);
  });
});
