import { describe, expect, it } from 'vitest';
import type { Scenario } from '../api';
import { NEW_DRAFT, requestOf, wrongWithQuestions } from './draft';

const QUESTION_SET: Scenario = {
  name: 'question_set',
  title: 'Interview questions',
  kind: 'question_set',
  language: 'en',
  languages: ['en', 'de'],
  num_questions: 5,
  stages: ['Questions'],
  shows_scores: false,
};
const SCREENING: Scenario = { ...QUESTION_SET, name: 'screening', kind: 'stages', languages: ['en'] };
const FILLED = { ...NEW_DRAFT, candidateName: ' Ada ', jobTitle: 'Nurse', language: 'de', count: 3 };

describe('what is sent', () => {
  it('is all of a question set', () => {
    expect(requestOf(FILLED, QUESTION_SET)).toEqual({
      scenario: 'question_set',
      candidate_name: 'Ada',
      job_title: 'Nurse',
      seniority: null,
      language: 'de',
      num_questions: 3,
      invite_ttl_s: 604_800,
    });
  });

  it('has own questions in place of a number', () => {
    const own = { ...FILLED, hasOwnQuestions: true, questions: 'Why?\n\n  How so? \n' };
    const request = requestOf(own, QUESTION_SET);
    expect(request.questions).toEqual(['Why?', 'How so?']);
    expect(request.num_questions).toBeNull();
  });

  it('has nothing that the scenario does not take', () => {
    const request = requestOf({ ...FILLED, hasOwnQuestions: true, questions: 'Why?' }, SCREENING);
    expect(request).toEqual({
      scenario: 'screening',
      candidate_name: 'Ada',
      language: null,
      invite_ttl_s: 604_800,
    });
  });
});

describe('own questions', () => {
  const wrong = (questions: string) => wrongWithQuestions({ ...NEW_DRAFT, hasOwnQuestions: true, questions });
  it('are not needed where they are made', () => expect(wrongWithQuestions(NEW_DRAFT)).toBeNull());
  it('are at least one', () => expect(wrong(' \n ')).toMatch(/at least one/));
  it('are twenty at most', () => {
    expect(wrong('Why?\n'.repeat(20))).toBeNull();
    expect(wrong('Why?\n'.repeat(21))).toMatch(/21 questions/);
  });
  it('are short enough', () => expect(wrong(`Why?\n${'a'.repeat(1001)}`)).toMatch(/Question 2/));
});
