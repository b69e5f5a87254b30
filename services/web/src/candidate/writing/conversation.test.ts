import { describe, expect, it } from 'vitest';
import type { InterviewEvent } from '../../api/events';
import type { Session } from '../interview';
import {
  type Action,
  type Conversation,
  NOTHING,
  reduce,
  scoresByLine,
  turnOf,
  wordsOf,
} from './conversation';

const AT = 1_000_000;
const PROGRESS = {
  ...{ stage: 'questions', title: 'Questions', label: 'Question 1 of 2', complete: false },
  ...{ question_number: 1, num_questions: 2, stage_number: 1, num_stages: 1, time_left_s: null },
};

function session(more: Partial<Session> = {}): Session {
  return {
    ...{ session_id: 'ada', scenario: 'question_set', title: 'Interview', language: 'en', job_title: null },
    ...{ candidate_name: 'Ada', shows_scores: true, next_steps: '', via: 'text', status: 'running' },
    ...{ end_reason: null, turn_id: null, question: null, transcript: [], scores: [], last_event_id: '0-0' },
    consent: { required: false, given_at: null, notice: '' },
    progress: PROGRESS,
    ...more,
  };
}

function said(speaker: 'candidate' | 'interviewer', text: string): Session['transcript'][number] {
  return { speaker, text, at: '2026-01-01T00:00:00Z', stage: 'questions' };
}

const read = (more: Partial<Session> = {}): Action => ({ type: 'read', session: session(more), at: AT });
const happened = (event: InterviewEvent): Action => ({ type: 'happened', event, at: AT });
const started = (turnId: string, to: string | null = null) =>
  happened({ type: 'reply.started', data: { turn_id: turnId, in_reply_to: to } });
const chunk = (turnId: string, seq: number, text: string) =>
  happened({ type: 'reply.chunk', data: { turn_id: turnId, seq, text } });
const finished = (turnId: string, text: string, farewell = false) =>
  happened({ type: 'reply.finished', data: { turn_id: turnId, text, chunks: 1, farewell } });
const cancelled = (turnId: string) =>
  happened({ type: 'reply.cancelled', data: { turn_id: turnId, reason: 'stale' } });
const told = (turnId: string | null, question: string | null, complete = false): Action => ({
  type: 'told',
  told: { turn_id: turnId, question, progress: { ...PROGRESS, complete } },
  at: AT,
});
const answer = (turnId: string, text: string): Action => ({ type: 'answer', turnId, text });

function after(...actions: Action[]): Conversation {
  return actions.reduce(reduce, NOTHING);
}

function texts({ lines }: Conversation): string[] {
  return lines.map(({ speaker, text }) => `${speaker[0] ?? ''}: ${text}`);
}

describe('a conversation', () => {
  it('grows piece by piece, and is to be answered once it is whole', () => {
    const growing = after(read(), started('t1'), chunk('t1', 0, 'Hello, '), chunk('t1', 1, 'Ada.'));
    expect(wordsOf(growing)).toBe('Hello, Ada.');
    expect(turnOf(growing)).toBeNull();
    const whole = reduce(growing, finished('t1', 'Hello, Ada.'));
    expect(texts(whole)).toEqual(['i: Hello, Ada.']);
    expect(turnOf(whole)).toBe('t1');
  });

  it('takes what comes again, or late, once', () => {
    const events = [started('t1'), chunk('t1', 0, 'Hello.'), finished('t1', 'Hello.')];
    const state = after(read(), ...events, ...events, chunk('t1', 0, 'Hello.'), told('t1', 'Hello.'));
    expect(texts(state)).toEqual(['i: Hello.']);
    expect(state.growing).toBeNull();
  });

  it('shows no piece before those that belong in front of it', () => {
    const state = after(read(), started('t1'), chunk('t1', 2, 'c'), chunk('t1', 0, 'a'));
    expect(wordsOf(state)).toBe('a');
    expect(wordsOf(reduce(state, chunk('t1', 1, 'b')))).toBe('abc');
  });

  it('goes back to the question before when a reply is cancelled', () => {
    const state = after(
      read(),
      finished('t1', 'Why?'),
      started('t2'),
      chunk('t2', 0, 'By the'),
      cancelled('t2'),
    );
    expect(turnOf(state)).toBe('t1');
    expect(texts(reduce(state, finished('t2', 'By the way')))).toEqual(['i: Why?']);
    expect(reduce(state, chunk('t2', 1, ' way')).growing).toBeNull();
  });

  it('shows an answer at once, and waits for what comes of it', () => {
    const state = after(read(), finished('t1', 'Why?'), answer('t1', 'Because.'));
    expect(texts(state)).toEqual(['i: Why?', 'c: Because.']);
    expect(turnOf(state)).toBeNull();
    expect(state.sending).toBe('answer:t1');
    const next = reduce(state, started('t2', 'answer:t1'));
    expect(next.sending).toBeNull();
    expect(next.isStale).toBe(false);
  });

  it('goes on without events, by what calls are answered', () => {
    const state = after(read(), told('t1', 'Why?'), answer('t1', 'Because.'), told('t2', 'And then?'));
    expect(texts(state)).toEqual(['i: Why?', 'c: Because.', 'i: And then?']);
    expect(turnOf(state)).toBe('t2');
    const over = after(read(), told('t1', 'Why?'), answer('t1', 'Because.'), told('t2', 'Goodbye.', true));
    expect(over.hasEnded).toBe(true);
    expect(turnOf(over)).toBeNull();
  });

  it('leaves alone what is newer than a late answer to a call', () => {
    const state = after(read(), answer('t1', 'a'), finished('t2', 'Two?'), told('t1', 'One?'));
    expect(turnOf(state)).toBe('t2');
    expect(texts(state)).toEqual(['c: a', 'i: Two?']);
  });

  it('takes an answer back that does not count', () => {
    const state = after(read(), finished('t1', 'Why?'), answer('t1', 'Because.'), {
      type: 'not_taken',
      turnId: 't1',
    });
    expect(texts(state)).toEqual(['i: Why?']);
    expect(turnOf(state)).toBe('t1');
  });

  it('is stale once another tab has answered, and not for an answer from here', () => {
    const asked = after(read(), finished('t1', 'Why?'));
    expect(reduce(asked, started('t2', 'answer:t1')).isStale).toBe(true);
    const answered = reduce(asked, answer('t1', 'Because.'));
    expect(reduce(answered, started('t2', 'answer:t1#1')).isStale).toBe(false);
    const reread = read({ transcript: [said('interviewer', 'Why?'), said('candidate', 'Because.')] });
    expect(reduce(reduce(asked, started('t2', 'answer:t1')), reread).isStale).toBe(false);
  });

  it('ends with a goodbye, to which nothing is answered', () => {
    const state = after(read(), finished('t9', 'Goodbye.', true));
    expect(turnOf(state)).toBeNull();
    expect(state.isOver).toBe(true);
    expect(state.hasEnded).toBe(false);
    const ended = reduce(state, happened({ type: 'interview.ended', data: { reason: 'completed' } }));
    expect(ended.hasEnded).toBe(true);
  });
});

describe('after a reload', () => {
  const transcript = [said('interviewer', 'Why?'), said('candidate', 'Because.')];

  it('finds the question that is to be answered, reported as heard or not', () => {
    const heard = after(
      read({ transcript: [...transcript, said('interviewer', 'How?')], turn_id: 't2', question: 'How?' }),
    );
    const unheard = after(read({ transcript, turn_id: 't2', question: 'How?' }));
    for (const state of [heard, unheard]) {
      expect(texts(state)).toEqual(['i: Why?', 'c: Because.', 'i: How?']);
      expect(turnOf(state)).toBe('t2');
    }
  });

  it('finds a reply in its middle, and shows it when it is whole', () => {
    const state = after(read({ transcript }), chunk('t2', 3, ' you'));
    expect(wordsOf(state)).toBe('');
    expect(texts(reduce(state, finished('t2', 'How did you?')))).toContain('i: How did you?');
  });

  it('shows an answer that was on its way once, whether it came through or not', () => {
    const through = after(read({ transcript }), answer('t1', 'Because.'));
    const lost = after(
      read({ transcript: [said('interviewer', 'Why?')], turn_id: 't1', question: 'Why?' }),
      answer('t1', 'Because.'),
    );
    for (const state of [through, lost]) {
      expect(texts(state)).toEqual(['i: Why?', 'c: Because.']);
      expect(reduce(state, started('t2', 'answer:t1')).isStale).toBe(false);
    }
  });
});

describe('progress', () => {
  it('is that of the last question, and of the stage it is in', () => {
    const stage = { stage: 'intro', title: 'Introduction', index: 0, of: 3, deadline_s: 60 };
    const state = after(read(), happened({ type: 'stage.changed', data: { ...stage, reason: 'opened' } }));
    expect(state.progress).toEqual({
      ...{ label: 'Introduction (1 of 3)', step: 1, steps: 3 },
      endsAt: AT + 60_000,
    });
    const asked = { turn_id: 't1', index: 1, of: 5, text: 'Why?' };
    const then = reduce(state, happened({ type: 'question.asked', data: asked }));
    expect(then.progress).toEqual({
      ...{ label: 'Question 2 of 5', step: 2, steps: 5 },
      endsAt: AT + 60_000,
    });
  });

  it('keeps an answer on its way when the start that led to its question is told late', () => {
    const state = after(read(), finished('t1', 'Why?'), answer('t1', 'Because.'), told('t1', 'Why?'));
    expect(state.sending).toBe('answer:t1');
    expect(reduce(state, told('t2', 'And then?')).sending).toBeNull();
  });

  it('counts the time that is left from when it was told', () => {
    const state = after(read({ progress: { ...PROGRESS, time_left_s: 90 } }));
    expect(state.progress.endsAt).toBe(AT + 90_000);
  });
});

describe('scores', () => {
  const scored = { index: 0, of: 2, utterance_id: 'answer:t1', score: 70, reason: 'Good.' };
  const event = happened({
    type: 'answer.scored',
    data: { ...scored, evidence: [], feedback: '', coach_notes: '' },
  });
  const asked = happened({ type: 'question.asked', data: { turn_id: 't1', index: 0, of: 2, text: 'Why?' } });

  it('stand under the answer to the question', () => {
    const state = after(read(), asked, finished('t1', 'First: Why?'), answer('t1', 'Because.'), event);
    expect(scoresByLine(state).get('answer:t1')?.score).toBe(70);
  });

  it('stand under the answer that was given after the question was put again', () => {
    const lines = [
      said('interviewer', 'Why?'),
      said('candidate', 'Pardon?'),
      said('interviewer', 'Again: Why?'),
    ];
    const state = after(read({ transcript: [...lines, said('candidate', 'Because.')] }), asked, event);
    expect([...scoresByLine(state).keys()]).toEqual(['read:3']);
  });

  it('are none before they are given', () => {
    const question = { index: 0, question: 'Why?', score: null, reason: 'not scored yet', evidence: [] };
    const state = after(
      read({ scores: [question], turn_id: 't1', question: 'Why?' }),
      answer('t1', 'Because.'),
    );
    expect(scoresByLine(state).size).toBe(0);
    expect(scoresByLine(reduce(state, event)).size).toBe(1);
  });

  it('stand nowhere before there is an answer', () => {
    expect(scoresByLine(after(read(), asked, finished('t1', 'Why?'), event)).size).toBe(0);
  });
});
