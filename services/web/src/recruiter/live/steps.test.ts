import { expect, it } from 'vitest';
import type { Session } from '../api';
import { stepOf } from './steps';

const STAGE: Session['progress'] = {
  stage: 'past_experience',
  title: 'Past experience',
  stage_number: 2,
  num_stages: 3,
  question_number: null,
  num_questions: null,
  label: 'Past experience (2 of 3)',
  complete: false,
  time_left_s: null,
};
const QUESTION = { question_number: 2, num_questions: 5, label: 'Question 2 of 5' };

it('counts stages where there are several', () => {
  expect(stepOf(STAGE)).toEqual([2, 3]);
});

it('counts the questions of a single stage', () => {
  const single = { ...STAGE, ...QUESTION, stage_number: 1, num_stages: 1 };
  expect(stepOf(single)).toEqual([2, 5]);
});

it('has none before the first', () => {
  const waiting = { ...STAGE, stage: null, title: null, stage_number: null, num_stages: null };
  expect(stepOf(waiting)).toEqual([null, null]);
});
