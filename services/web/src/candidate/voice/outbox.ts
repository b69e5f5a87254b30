/** What was typed and perhaps not read yet: kept, through reloads, until it is certain. */
import { store, storedJson } from '../../ui/storage';
import type { Activity } from './interviewer';

export type Unread = {
  id: string;
  text: string;
  /** The interviewer to whom it was sent, by LiveKit's sid, and what that one was doing; null: it waits. */
  sent: { to: string; during: Activity } | null;
};

/** The interviewer as it is now; null: none is there to read. */
export type Reader = { sid: string; activity: Activity } | null;

/**
 * What is still unread. Whoever does something else than when it was sent has read it. One who was killed stays in the
 * room for a while, and does nothing: what was sent there goes to who comes next.
 */
export function unreadBy(reader: Reader, letters: readonly Unread[]): readonly Unread[] {
  if (!reader) return letters;
  const { sid, activity } = reader;
  const isRead = ({ sent }: Unread) => sent?.to === sid && sent.during !== activity;
  const isLost = ({ sent }: Unread) => sent !== null && sent.to !== sid;
  if (!letters.some((letter) => isRead(letter) || isLost(letter))) return letters; // the same, for React
  return letters
    .filter((letter) => !isRead(letter))
    .map((letter) => (isLost(letter) ? { ...letter, sent: null } : letter));
}

const KEY = 'viva.unread.';

export function storedUnread(interviewId: string | null): readonly Unread[] {
  if (!interviewId) return [];
  const letters = storedJson('sessionStorage', KEY + interviewId);
  return Array.isArray(letters) ? (letters as Unread[]) : [];
}

export function storeUnread(interviewId: string | null, letters: readonly Unread[]): void {
  if (!interviewId) return;
  store('sessionStorage', KEY + interviewId, letters.length ? JSON.stringify(letters) : null);
}
