import type { Session } from '../interview';

type Ending = {
  title: string;
  text: string;
  /** The candidate has said something. */
  isAnswered: boolean;
};

/** How an interview that is over is spoken of. */
export function endingOf(session: Pick<Session, 'end_reason' | 'transcript'>): Ending {
  const isAnswered = session.transcript.some(({ speaker }) => speaker === 'candidate');
  if (!isAnswered) {
    return {
      isAnswered,
      title: 'This interview is closed',
      text: 'It ended before you answered anything. If you would still like to hold it, ask who invited you.',
    };
  }
  switch (session.end_reason) {
    case 'abandoned':
      return {
        isAnswered,
        title: 'This interview is closed',
        text:
          'You were away for a while, so it ended. What you said until then is kept. If you would like to go on, ' +
          'ask who invited you.',
      };
    case 'finished':
      return {
        isAnswered,
        title: 'Thank you',
        text: 'The interview has ended. What you said until then is kept.',
      };
    default:
      return { isAnswered, title: 'Thank you', text: 'Your interview is complete.' };
  }
}
