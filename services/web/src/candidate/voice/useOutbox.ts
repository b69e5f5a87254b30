import type { Room } from 'livekit-client';
import { type Dispatch, useEffect, useRef, useState } from 'react';
import { uniqueId } from '../../api/client';
import type { News } from './conversation';
import { type Reader, storedUnread, storeUnread, type Unread, unreadBy } from './outbox';

const AGAIN_MS = 2000;

type Outbox = {
  /** What waits to be sent, the oldest first. */
  waiting: readonly Unread[];
  write: (text: string) => void;
};

/** Write to the interviewer. What is written while nobody is there waits, as nobody would ever read it. */
export function useOutbox(
  room: Room,
  interviewId: string | null,
  reader: Reader,
  onNews: Dispatch<News>,
): Outbox {
  const [letters, setLetters] = useState(() => storedUnread(interviewId));
  const [attempt, setAttempt] = useState(0);
  const sending = useRef<string | null>(null);

  const unread = unreadBy(reader, letters);
  if (unread !== letters) setLetters(unread);

  useEffect(() => storeUnread(interviewId, letters), [interviewId, letters]);

  const next = letters.find(({ sent }) => !sent);
  const to = reader?.sid;
  const during = reader?.activity;
  useEffect(() => {
    if (!to || !during || !next || sending.current) return;
    sending.current = next.id;
    room.localParticipant
      .sendText(next.text, { topic: 'lk.chat' })
      .then(
        () => {
          onNews({ type: 'written', id: next.id, speaker: 'candidate', text: next.text });
          setLetters((now) => now.map((it) => (it.id === next.id ? { ...it, sent: { to, during } } : it)));
        },
        () => setTimeout(() => setAttempt((last) => last + 1), AGAIN_MS),
      )
      .finally(() => {
        sending.current = null;
      });
  }, [room, to, during, next, attempt, onNews]);

  return {
    waiting: letters.filter(({ sent }) => !sent),
    write: (text) => setLetters((now) => [...now, { id: uniqueId(), text, sent: null }]),
  };
}
