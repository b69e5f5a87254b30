import { expect, test } from 'vitest';
import type { Schemas } from '../../api/client';
import { progress, progressBefore, type ProgressNews, stepsOf, timeLeft } from './progress';

const BEFORE: Schemas['ProgressView'] = {
  complete: false,
  label: 'Question 2 of 5',
  num_questions: 5,
  num_stages: 2,
  question_number: 2,
  stage: 'questions',
  stage_number: 1,
  time_left_s: 100,
  title: 'Questions',
};

function stage(name: string, index: number, left: number | null = null): ProgressNews {
  const message = { stage: name, title: name, index, of: 3, deadline_s: 90, time_left_s: left };
  return { type: 'stage', message, at: 0 };
}

const question: ProgressNews = {
  type: 'question',
  message: { index: 2, of: 5, text: 'Why?', label: 'Question 3 of 5' },
};

test('until the room tells, it is as it was when the page was opened', () => {
  expect(stepsOf(progressBefore(BEFORE, 0))).toEqual({ label: 'Question 2 of 5', index: 1, of: 5 });
  const inStages = { ...BEFORE, question_number: null, num_questions: null };
  expect(stepsOf(progressBefore(inStages, 0))).toEqual({
    label: 'Questions · part 1 of 2',
    index: 0,
    of: 2,
  });
  expect(stepsOf(progressBefore(null, 0))).toEqual({ label: '', index: 0, of: 0 });
});

test('a question counts before its stage, until the next stage', () => {
  let now = [stage('questions', 1), question].reduce(progress, progressBefore(BEFORE, 0));
  expect(stepsOf(now)).toEqual({ label: 'Question 3 of 5', index: 2, of: 5 });
  now = progress(now, stage('questions', 1)); // told again to whoever joins
  expect(stepsOf(now).label).toBe('Question 3 of 5');
  now = progress(now, stage('closing', 2));
  expect(stepsOf(now)).toEqual({ label: 'closing · part 3 of 3', index: 2, of: 3 });
});

test('time is spoken of in its last third, and no more once it has passed', () => {
  const now = progress(progressBefore(null, 0), stage('talk', 0, 80));
  expect(timeLeft(now, 49_000)).toBeNull();
  expect(timeLeft(now, 50_000)).toBe('About 30 s left for this part');
  expect(timeLeft(now, 72_000)).toBe('Almost time to move on');
  expect(timeLeft(now, 80_000)).toBeNull();
  expect(timeLeft(progress(now, stage('chat', 1)), 72_000)).toBeNull();
});

test('time left is known after a reload, too', () => {
  const now = progressBefore(BEFORE, 1000);
  expect(timeLeft(now, 40_000)).toBeNull();
  expect(timeLeft(now, 60_000)).toBe('About 50 s left for this part');
});
