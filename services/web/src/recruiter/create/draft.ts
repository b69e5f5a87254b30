/** A new interview as its form has it, and what is sent of it. */
import type { Schemas } from '../../api/client';
import {
  type Brief,
  MOST_QUESTIONS,
  NEW_BRIEF,
  requestOf as briefOf,
  type Scenario,
} from '../../brief/brief';

export type Draft = Brief & {
  scenario: string | null;
  hasOwnQuestions: boolean;
  /** The recruiter's own, one per line. */
  questions: string;
  /** Days for which the link is good. */
  days: number;
};

export const NEW_DRAFT: Draft = {
  ...NEW_BRIEF,
  scenario: null,
  hasOwnQuestions: false,
  questions: '',
  days: 7,
};

const LONGEST_QUESTION = 1000;
const DAY_S = 86_400;

export const VALIDITIES = [1, 3, 7, 14, 30].map((days) => ({
  id: String(days),
  label: days === 1 ? '1 day' : `${days} days`,
}));

/** Seconds, for `invite_ttl_s`. */
export function secondsOf(days: number): number {
  return days * DAY_S;
}

export function questionsOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
}

/** What is wrong with the recruiter's own questions; null: nothing. */
export function wrongWithQuestions({ hasOwnQuestions, questions }: Draft): string | null {
  if (!hasOwnQuestions) return null;
  const asked = questionsOf(questions);
  if (!asked.length) return 'Write at least one question, or let the questions be made for the job.';
  if (asked.length > MOST_QUESTIONS)
    return `These are ${asked.length} questions: leave ${MOST_QUESTIONS} of them.`;
  const tooLong = asked.findIndex((question) => question.length > LONGEST_QUESTION);
  if (tooLong >= 0) return `Question ${tooLong + 1} is too long: it may have ${LONGEST_QUESTION} characters.`;
  return null;
}

/** What is sent: the recruiter's own questions in place of such as are made. */
export function requestOf(draft: Draft, scenario: Scenario): Schemas['NewInterview'] {
  const request = { ...briefOf(draft, scenario), invite_ttl_s: secondsOf(draft.days) };
  if (scenario.kind !== 'question_set' || !draft.hasOwnQuestions) return request;
  return { ...request, num_questions: null, questions: questionsOf(draft.questions) };
}
