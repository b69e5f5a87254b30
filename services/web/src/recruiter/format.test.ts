import { describe, expect, it } from 'vitest';
import { duration, label, points, subjectOf } from './format';

describe('duration', () => {
  it.each([
    [45, '45 s'],
    [249, '4 min 9 s'],
    [300, '5 min'],
    [3849, '1 h 4 min'],
    [7200, '2 h'],
  ])('says %d seconds as %s', (seconds, said) => expect(duration(seconds)).toBe(said));
});

it('tells a score of 0 from none', () => {
  expect(points(0)).toBe('0');
  expect(points(null)).toBe('none');
  expect(points(68.4667)).toBe('68.5');
});

it('names the job, or else the scenario', () => {
  const item = { scenario: 'screening', scenario_title: 'Screening interview', seniority: 'senior' };
  expect(subjectOf({ ...item, job_title: 'Nurse' } as never)).toBe('Nurse, senior');
  expect(subjectOf({ ...item, job_title: null } as never)).toBe('Screening interview');
});

it('makes names readable', () => expect(label('current_role')).toBe('Current role'));
