import { describe, expect, it } from 'vitest';
import { languageName, NEW_BRIEF, requestOf, type Scenario } from './brief';

const SET: Scenario = {
  name: 'question_set',
  title: 'Interview questions',
  kind: 'question_set',
  language: 'en',
  languages: ['en', 'de'],
  num_questions: 5,
  stages: ['Questions'],
  shows_scores: true,
};
const STAGES: Scenario = {
  ...SET,
  name: 'screening',
  kind: 'stages',
  languages: ['en'],
  num_questions: null,
};

const FILLED = { candidateName: ' Ada ', jobTitle: 'Engineer', seniority: '  ', language: 'de', count: 3 };

describe('requestOf', () => {
  it('sends what was filled in, and no blanks', () => {
    expect(requestOf(FILLED, SET)).toEqual({
      scenario: 'question_set',
      candidate_name: 'Ada',
      language: 'de',
      job_title: 'Engineer',
      seniority: null,
      num_questions: 3,
    });
  });

  it('leaves out what the scenario does not take', () => {
    expect(requestOf(FILLED, STAGES)).toEqual({
      scenario: 'screening',
      candidate_name: 'Ada',
      language: null,
    });
  });

  it('leaves to the scenario what was left empty', () => {
    expect(requestOf(NEW_BRIEF, SET)).toMatchObject({
      candidate_name: null,
      language: null,
      num_questions: null,
    });
  });
});

it('names languages', () => {
  expect(languageName('de')).toBe('German');
  expect(languageName('en_GB!')).toBe('en_GB!');
});
