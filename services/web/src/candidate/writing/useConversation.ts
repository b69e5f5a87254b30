import { useCallback, useEffect, useReducer, useState } from 'react';
import { idempotencyKey, persist } from '../../api/client';
import { Problem } from '../../api/problem';
import { type Interview, messageOf, type Session } from '../interview';
import { type Conversation, NOTHING, reduce, turnOf } from './conversation';
import { keepAnswer, keepDraft, keptAnswer, keptDraft, type Pending } from './kept';

/** What keeps a call from being answered for now: it goes on being sent. */
export type Obstacle = 'busy' | 'offline';

/** What the candidate is told of an answer that did not count; until the next one. */
export type Advice =
  | { kind: 'answered_elsewhere'; words: string }
  | { kind: 'moved_on' }
  | { kind: 'rejected' }
  | { kind: 'refused'; message: string };

/** Why nothing can be written. */
export type Block = { kind: 'by_voice' } | { kind: 'refused'; message: string };

type Props = {
  interview: Interview;
  name: string;
  isFromVoice: boolean;
};

export type Correspondence = {
  conversation: Conversation;
  /** The conversation so far is there. */
  isOpen: boolean;
  obstacle: Obstacle | null;
  advice: Advice | null;
  block: Block | null;
  draft: string;
  isFinishing: boolean;
  /** Where to go from here; null: stay. */
  exit: 'end' | 'leave' | null;
  setDraft: (text: string) => void;
  send: () => void;
  finish: () => void;
  /** Go on here, though the interview is being held by voice elsewhere. */
  takeOver: () => void;
};

/** An interview in writing: joined, followed, and every answer sent until it is taken in. */
export function useConversation({ interview, name, isFromVoice }: Props): Correspondence {
  const { id, api } = interview;
  const [conversation, dispatch] = useReducer(reduce, NOTHING);
  const [entry, setEntry] = useState(() => ({ isTakingOver: isFromVoice, key: idempotencyKey() }));
  const [isIn, setIsIn] = useState(false);
  const [after, setAfter] = useState<string | null>(null);
  const [pending, setPending] = useState(() => keptAnswer(id));
  const [finishing, setFinishing] = useState<string | null>(null);
  const [draft, setDraft] = useState(() => keptDraft(id));
  const [obstacle, setObstacle] = useState<Obstacle | null>(null);
  const [advice, setAdvice] = useState<Advice | null>(null);
  const [block, setBlock] = useState<Block | null>(null);
  const [exit, setExit] = useState<'end' | 'leave' | null>(null);
  const { isStale } = conversation;
  const turnId = turnOf(conversation);

  useEffect(() => keepDraft(id, draft), [id, draft]);

  const call = useCallback(
    <T>(send: Parameters<typeof persist<T>>[0], signal: AbortSignal) =>
      persist(send, {
        signal,
        onWaiting: (problem) => setObstacle(problem.status === 0 ? 'offline' : 'busy'),
      }).finally(() => {
        if (!signal.aborted) setObstacle(null);
      }),
    [],
  );

  const take = useCallback(
    (session: Session) => {
      dispatch({ type: 'read', session, at: Date.now() });
      setAfter(session.last_event_id);
      if (session.status === 'ended') setExit('end');
      const kept = keptAnswer(id);
      if (kept && session.turn_id !== null && session.turn_id !== kept.turnId) {
        keepAnswer(id, null);
        setPending(null);
        setAdvice({ kind: 'answered_elsewhere', words: kept.text });
      } else if (kept) {
        dispatch({ type: 'answer', turnId: kept.turnId, text: kept.text });
      }
    },
    [id],
  );

  /** What is to be done about a call that was refused for good. */
  const refused = useCallback((error: unknown) => {
    const type = error instanceof Problem ? error.type : 'unknown';
    if (type === 'interview_ended') setExit('end');
    else if (type === 'consent_required') setExit('leave');
    else if (type === 'conflict') setBlock({ kind: 'by_voice' });
    else setBlock({ kind: 'refused', message: messageOf(error) });
  }, []);

  const notTaken = useCallback(
    ({ turnId, text }: Pending, error: unknown) => {
      keepAnswer(id, null);
      setPending(null);
      const type = error instanceof Problem ? error.type : 'unknown';
      if (type === 'already_answered') {
        setAdvice({ kind: 'answered_elsewhere', words: text });
        dispatch({ type: 'doubted' });
        return;
      }
      dispatch({ type: 'not_taken', turnId });
      setDraft((now) => [text, now].filter(Boolean).join('\n\n'));
      if (type === 'answer_rejected') setAdvice({ kind: 'rejected' });
      else if (type === 'out_of_turn') {
        setAdvice({ kind: 'moved_on' });
        dispatch({ type: 'doubted' });
      } else if (type === 'not_started') {
        setAdvice({ kind: 'moved_on' });
        setEntry({ isTakingOver: false, key: idempotencyKey() });
      } else if (error instanceof Problem && [413, 422].includes(error.status)) {
        setAdvice({ kind: 'refused', message: error.message });
      } else refused(error);
    },
    [id, refused],
  );

  useEffect(() => {
    const leaving = new AbortController();
    const { signal } = leaving;
    const enter = async () => {
      take(await call(() => getSession(interview, signal), signal));
      const body = { session_id: id, candidate_name: name || null, switch: entry.isTakingOver };
      const params = { header: { 'Idempotency-Key': entry.key } };
      const told = await call(() => api.POST('/interview/start', { body, params, signal }), signal);
      dispatch({ type: 'told', told, at: Date.now() });
      setIsIn(true);
    };
    enter().catch((error: unknown) => {
      if (!signal.aborted) refused(error);
    });
    return () => leaving.abort();
  }, [interview, id, api, name, entry, call, take, refused]);

  useEffect(() => {
    if (!isStale) return;
    const leaving = new AbortController();
    const { signal } = leaving;
    call(() => getSession(interview, signal), signal).then(take, (error: unknown) => {
      if (!signal.aborted) refused(error);
    });
    return () => leaving.abort();
  }, [interview, isStale, call, take, refused]);

  useEffect(() => {
    if (after === null || isStale) return;
    const leaving = new AbortController();
    const onEvent: Parameters<Interview['follow']>[1] = (event) =>
      dispatch({ type: 'happened', event, at: Date.now() });
    interview.follow(after, onEvent, leaving.signal);
    return () => leaving.abort();
  }, [interview, after, isStale]);

  useEffect(() => {
    if (!pending || !isIn) return;
    const leaving = new AbortController();
    const { signal } = leaving;
    const body = { session_id: id, turn_id: pending.turnId, answer: pending.text };
    const params = { header: { 'Idempotency-Key': pending.key } };
    call(() => api.POST('/interview/answer', { body, params, signal }), signal).then(
      (told) => {
        keepAnswer(id, null);
        setPending(null);
        dispatch({ type: 'told', told, at: Date.now() });
      },
      (error: unknown) => {
        if (!signal.aborted) notTaken(pending, error);
      },
    );
    return () => leaving.abort();
  }, [id, api, pending, isIn, call, notTaken]);

  useEffect(() => {
    if (!finishing) return;
    const leaving = new AbortController();
    const { signal } = leaving;
    const params = { header: { 'Idempotency-Key': finishing } };
    const body = { session_id: id };
    call(() => api.POST('/interview/finish', { body, params, signal }), signal).then(
      () => setExit('end'),
      (error: unknown) => {
        if (signal.aborted) return;
        setFinishing(null);
        setAdvice({ kind: 'refused', message: messageOf(error) });
      },
    );
    return () => leaving.abort();
  }, [id, api, finishing, call]);

  return {
    ...{ conversation, obstacle, advice, block, draft, exit },
    isOpen: after !== null,
    isFinishing: finishing !== null,
    setDraft,
    send: () => {
      const text = draft.trim();
      if (!text || !turnId || pending) return;
      const answer = { turnId, text, key: idempotencyKey() };
      keepAnswer(id, answer);
      setPending(answer);
      dispatch({ type: 'answer', turnId, text });
      setDraft('');
      setAdvice(null);
    },
    finish: () => setFinishing(idempotencyKey()),
    takeOver: () => {
      setBlock(null);
      setEntry({ isTakingOver: true, key: idempotencyKey() });
    },
  };
}

function getSession(interview: Interview, signal: AbortSignal) {
  const path = { session_id: interview.id };
  return interview.api.GET('/interview/session/{session_id}', { params: { path }, signal });
}
