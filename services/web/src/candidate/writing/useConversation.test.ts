import { act, cleanup, renderHook, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Schemas } from '../../api/client';
import type { InterviewEvent } from '../../api/events';
import type { Interview, Session } from '../interview';
import { turnOf } from './conversation';
import { keepAnswer, keptAnswer } from './kept';
import { useConversation } from './useConversation';

const PROGRESS: Schemas['ProgressView'] = {
  ...{ stage: 'questions', title: 'Questions', label: 'Question 1 of 2', complete: false, time_left_s: null },
  ...{ question_number: 1, num_questions: 2, stage_number: 1, num_stages: 1 },
};

function sessionAt(turnId: string | null, question: string | null): Session {
  return {
    ...{ session_id: 'ada', scenario: 'question_set', title: 'Interview', language: 'en', job_title: null },
    ...{ candidate_name: 'Ada', shows_scores: false, next_steps: '', via: 'text', status: 'running' },
    ...{ end_reason: null, turn_id: turnId, question, transcript: [], scores: null, last_event_id: '1-0' },
    consent: { required: false, given_at: null, notice: '' },
    progress: PROGRESS,
  };
}

type Reply = { status?: number; type?: string; turn_id?: string; question?: string };

function answered({ status = 200, type, turn_id = 't1', question = 'Why?' }: Reply) {
  const response = new Response(null, { status, headers: { 'Retry-After': '0.3' } });
  if (type) return { error: { type, detail: 'Gone.' }, response };
  return { data: { turn_id, question, progress: PROGRESS }, response };
}

/** A front door that answers as it is told; each call after the last of its kind gets the last answer again. */
class FrontDoor {
  readonly id = 'ada';
  readonly sent: { path: string; body: Record<string, unknown>; key: string | undefined }[] = [];
  session = sessionAt('t1', 'Why?');
  start: Reply[] = [{}];
  answer: Reply[] = [{ turn_id: 't2', question: 'How?' }];
  tell: (event: InterviewEvent) => void = () => undefined;
  readonly follow = (_: string, onEvent: (event: InterviewEvent) => void) => {
    this.tell = onEvent;
  };
  readonly api = {
    GET: () => Promise.resolve({ data: this.session, response: new Response() }),
    POST: (path: string, { body, params }: { body: Record<string, unknown>; params: Params }) => {
      this.sent.push({ path, body, key: params.header?.['Idempotency-Key'] });
      const replies = path.endsWith('/start') ? this.start : this.answer;
      return Promise.resolve(answered((replies.length > 1 ? replies.shift() : replies[0]) ?? {}));
    },
  };
}
type Params = { header?: { 'Idempotency-Key'?: string } };

function write(door: FrontDoor, isFromVoice = false) {
  const interview = door as unknown as Interview;
  return renderHook(() => useConversation({ interview, name: 'Ada', isFromVoice })).result;
}

async function writeAnswer(door: FrontDoor, text = 'Because.') {
  const writer = write(door);
  await waitFor(() => expect(turnOf(writer.current.conversation)).toBe('t1'));
  act(() => writer.current.setDraft(text));
  act(() => writer.current.send());
  return writer;
}

function answers(door: FrontDoor) {
  return door.sent.filter(({ path }) => path.endsWith('/answer'));
}

beforeEach(() => sessionStorage.clear());
afterEach(cleanup);

describe('an answer', () => {
  it('is sent once the interview is joined, and leads to the next question', async () => {
    const door = new FrontDoor();
    const writer = await writeAnswer(door);
    await waitFor(() => expect(turnOf(writer.current.conversation)).toBe('t2'));
    expect(answers(door)[0]?.body).toEqual({ session_id: 'ada', turn_id: 't1', answer: 'Because.' });
    expect(writer.current.draft).toBe('');
    expect(keptAnswer('ada')).toBeNull();
  });

  it('is sent again as the same one while the interviewer takes its time', async () => {
    const door = new FrontDoor();
    door.answer = [
      { status: 503, type: 'brain_busy' },
      { turn_id: 't2', question: 'How?' },
    ];
    const writer = await writeAnswer(door);
    await waitFor(() => expect(writer.current.obstacle).toBe('busy'));
    await waitFor(() => expect(turnOf(writer.current.conversation)).toBe('t2'), { timeout: 4000 });
    const [first, second] = answers(door);
    expect(second).toEqual(first);
    expect(writer.current.obstacle).toBeNull();
  });

  it('is sent again after a reload, as the same one', async () => {
    const door = new FrontDoor();
    keepAnswer('ada', { turnId: 't1', text: 'Because.', key: 'k1' });
    const writer = write(door);
    await waitFor(() => expect(turnOf(writer.current.conversation)).toBe('t2'));
    expect(answers(door).map(({ key }) => key)).toEqual(['k1']);
  });

  it('is not sent where the interview has gone on meanwhile, and is told of', async () => {
    const door = new FrontDoor();
    door.session = sessionAt('t5', 'What else?');
    door.start = [{ turn_id: 't5', question: 'What else?' }];
    keepAnswer('ada', { turnId: 't1', text: 'Because.', key: 'k1' });
    const writer = write(door);
    await waitFor(() =>
      expect(writer.current.advice).toEqual({ kind: 'answered_elsewhere', words: 'Because.' }),
    );
    expect(answers(door)).toEqual([]);
  });

  it.each([
    [{ status: 409, type: 'answer_rejected' }, 'rejected'],
    [{ status: 409, type: 'out_of_turn' }, 'moved_on'],
    [{ status: 409, type: 'not_started' }, 'moved_on'],
    [{ status: 413, type: 'answer_too_long' }, 'refused'],
    [{ status: 422, type: 'invalid_request' }, 'refused'],
  ])('comes back to be changed after %j', async (reply, kind) => {
    const door = new FrontDoor();
    door.answer = [reply];
    const writer = await writeAnswer(door);
    await waitFor(() => expect(writer.current.advice?.kind).toBe(kind));
    expect(writer.current.draft).toBe('Because.');
    await waitFor(() => expect(turnOf(writer.current.conversation)).toBe('t1'));
    act(() => writer.current.send());
    await waitFor(() => expect(answers(door)).toHaveLength(2));
    expect(new Set(answers(door).map(({ key }) => key)).size).toBe(2);
  });

  it('is kept apart where another one counts', async () => {
    const door = new FrontDoor();
    door.answer = [{ status: 409, type: 'already_answered' }];
    const writer = await writeAnswer(door);
    door.session = sessionAt('t2', 'How?');
    await waitFor(() => expect(turnOf(writer.current.conversation)).toBe('t2'));
    expect(writer.current.advice).toEqual({ kind: 'answered_elsewhere', words: 'Because.' });
    expect(writer.current.draft).toBe('');
  });

  it.each([
    ['interview_ended', 409, 'end'],
    ['consent_required', 403, 'leave'],
  ])('leads away after %s', async (type, status, exit) => {
    const door = new FrontDoor();
    door.answer = [{ status, type }];
    const writer = await writeAnswer(door);
    await waitFor(() => expect(writer.current.exit).toBe(exit));
  });
});

describe('an interview', () => {
  it('is taken over from the room by who comes from there, and by others when they say so', async () => {
    const fromVoice = new FrontDoor();
    write(fromVoice, true);
    await waitFor(() => expect(fromVoice.sent[0]?.body).toMatchObject({ switch: true }));

    const door = new FrontDoor();
    door.start = [{ status: 409, type: 'conflict' }, {}];
    const writer = write(door);
    await waitFor(() => expect(writer.current.block).toEqual({ kind: 'by_voice' }));
    act(() => writer.current.takeOver());
    await waitFor(() => expect(door.sent.at(-1)?.body).toMatchObject({ switch: true }));
    expect(writer.current.block).toBeNull();
  });

  it('is read again when somebody else has answered', async () => {
    const door = new FrontDoor();
    const writer = write(door);
    await waitFor(() => expect(turnOf(writer.current.conversation)).toBe('t1'));
    door.session = sessionAt('t2', 'How?');
    const data = { turn_id: 't2', in_reply_to: 'answer:t1' };
    act(() => door.tell({ type: 'reply.started', data }));
    await waitFor(() => expect(turnOf(writer.current.conversation)).toBe('t2'));
  });

  it('that is over leads away', async () => {
    const door = new FrontDoor();
    door.session = { ...sessionAt(null, null), status: 'ended' };
    const writer = write(door);
    await waitFor(() => expect(writer.current.exit).toBe('end'));
  });

  it('that is not there any more says so', async () => {
    const door = new FrontDoor();
    door.start = [{ status: 404, type: 'unknown_interview' }];
    const writer = write(door);
    await waitFor(() => expect(writer.current.block).toEqual({ kind: 'refused', message: 'Gone.' }));
  });
});
