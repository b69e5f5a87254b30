import type { Room } from 'livekit-client';
import { type Dispatch, useEffect, useRef, useState } from 'react';
import type { News } from './conversation';
import { storedUnsent, storeUnsent, type Unsent } from './outbox';

const AGAIN_MS = 2000;

/**
 * Write to the interviewer. What is written while they are not there (nobody would ever read it) waits, and goes out in
 * order once they are.
 */
export function useOutbox(
  room: Room,
  interviewId: string | null,
  isRead: boolean,
  onNews: Dispatch<News>,
): { unsent: readonly Unsent[]; write: (text: string) => void } {
  const [unsent, setUnsent] = useState(() => storedUnsent(interviewId));
  const [attempt, setAttempt] = useState(0);
  const sending = useRef<string | null>(null);
  const next = unsent[0];

  useEffect(() => storeUnsent(interviewId, unsent), [interviewId, unsent]);

  useEffect(() => {
    if (!isRead || !next || sending.current === next.id) return;
    sending.current = next.id;
    room.localParticipant.sendText(next.text, { topic: 'lk.chat' }).then(
      () => {
        onNews({ type: 'written', id: next.id, speaker: 'candidate', text: next.text });
        setUnsent((waiting) => waiting.filter(({ id }) => id !== next.id));
      },
      () => {
        sending.current = null;
        setTimeout(() => setAttempt((last) => last + 1), AGAIN_MS);
      },
    );
  }, [room, isRead, next, attempt, onNews]);

  return {
    unsent,
    write: (text) => setUnsent((waiting) => [...waiting, { id: crypto.randomUUID(), text }]),
  };
}
