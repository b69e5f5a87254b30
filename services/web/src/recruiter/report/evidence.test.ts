import { describe, expect, it } from 'vitest';
import type { Details } from '../api';
import { passages, pieces, quotesByTurn, turnId, turnOf } from './evidence';

describe('pieces', () => {
  const shown = (text: string, quotes: string[]) =>
    pieces(text, quotes)
      .map(({ text, isEvidence }) => (isEvidence ? `[${text}]` : text))
      .join('');
  it.each([
    ['I cut costs by half.', ['Cut costs'], 'I [cut costs] by half.'],
    ['I cut costs by half.', ['by half.'], 'I cut costs [by half.]'],
    ['I cut costs by half.', ['cut costs', 'costs by half'], 'I [cut costs by half].'],
    ['I cut costs by half.', ['never said', ''], 'I cut costs by half.'],
    ['', ['a'], ''],
  ])('marks in %j what %j quote', (text, quotes, marked) => expect(shown(text, quotes)).toBe(marked));
});

it('finds the turn that a link names, and no other hash', () => {
  expect(turnOf(`#${turnId(12)}`)).toBe(12);
  expect(turnOf('#turn-')).toBeNull();
  expect(turnOf('#main')).toBeNull();
});

it('gathers the quotes of a turn, and leaves out what was not found', () => {
  const evidence = [
    { quote: 'a', turn: 1 },
    { quote: 'b', turn: null },
    { quote: 'c', turn: 1 },
  ];
  expect(quotesByTurn([{ evidence }] as Details['scores'])).toEqual(new Map([[1, ['a', 'c']]]));
});

it('puts turns under the stages in which they were said', () => {
  const turns = ['hello', 'hello', 'end'].map((stage) => ({ stage })) as Details['turns'];
  const stages = [{ name: 'hello', title: 'Introduction' }] as Details['stages'];
  expect(passages({ turns, stages }).map(({ title, first, turns }) => [title, first, turns.length])).toEqual([
    ['Introduction', 0, 2],
    ['end', 2, 1],
  ]);
});
