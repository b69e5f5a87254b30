/** A new interview as its form has it, and what is sent of it. */
import type { Schemas } from '../../api/client';
import type { Scenario } from '../api';

export type Draft = {
  scenario: string | null;
  candidateName: string;
  jobTitle: string;
  seniority: string;
  language: string | null;
  /** As many as are made for the job; null: as the scenario has it. */
  count: number | null;
  hasOwnQuestions: boolean;
  /** The recruiter's own, one per line. */
  questions: string;
  /** Days for which the link is good. */
  days: number;
};

export const NEW_DRAFT: Draft = {
  scenario: null,
  candidateName: '',
  jobTitle: '',
  seniority: '',
  language: null,
  count: null,
  hasOwnQuestions: false,
  questions: '',
  days: 7,
};

export const MOST_QUESTIONS = 20;
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

/** What is sent. What the scenario does not take is left out, even if it was filled in for another one. */
export function requestOf(draft: Draft, scenario: Scenario): Schemas['NewInterview'] {
  const request: Schemas['NewInterview'] = {
    scenario: scenario.name,
    candidate_name: draft.candidateName.trim() || null,
    language: draft.language && scenario.languages.includes(draft.language) ? draft.language : null,
    invite_ttl_s: secondsOf(draft.days),
  };
  if (scenario.kind !== 'question_set') return request;
  return {
    ...request,
    job_title: draft.jobTitle.trim() || null,
    seniority: draft.seniority.trim() || null,
    ...(draft.hasOwnQuestions ? { questions: questionsOf(draft.questions) } : { num_questions: draft.count }),
  };
}
