/** What the interviewer is saying, between its first word and its place in the transcript. */
import type { InterviewEvent } from '../../api/events';
import type { Session } from '../api';

export type Saying = {
  turnId: string;
  text: string;
  /** How many turns the transcript had when it began. */
  after: number;
};

/** What is being said after an event; null: nothing that is not in the transcript. */
export function heardOf(saying: Saying | null, event: InterviewEvent, turns: number): Saying | null {
  switch (event.type) {
    case 'reply.started':
      return { turnId: event.data.turn_id, text: '', after: turns };
    case 'reply.chunk': {
      const { turn_id: turnId, text } = event.data;
      // Who begins to watch in the middle of a reply has missed its first words, until it is whole.
      if (saying?.turnId !== turnId) return { turnId, text: `… ${text}`, after: turns };
      return { ...saying, text: saying.text + text };
    }
    case 'reply.finished': {
      const { turn_id: turnId, text } = event.data;
      return { turnId, text, after: saying?.turnId === turnId ? saying.after : turns };
    }
    case 'reply.cancelled':
      return saying?.turnId === event.data.turn_id ? null : saying;
    case 'interview.ended':
      return null;
    default:
      return saying;
  }
}

/** The same, unless the transcript has it by now: as far as the candidate heard it. */
export function notYetHeard(saying: Saying | null, transcript: Session['transcript']): Saying | null {
  const isIn = transcript
    .slice(saying?.after)
    .some(({ speaker, text }) => speaker === 'interviewer' && saying && begins(saying.text, text));
  return isIn ? null : saying;
}

function begins(whole: string, heard: string): boolean {
  const words = plain(heard);
  return words !== '' && plain(whole).startsWith(words);
}

/** By voice white space is not what it was in writing. */
function plain(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
