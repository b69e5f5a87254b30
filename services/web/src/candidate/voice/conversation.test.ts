import { expect, test } from 'vitest';
import {
  captionOf,
  conversation,
  earlierLines,
  type Heard,
  type Line,
  type News,
  scoreInWords,
  turnsOf,
} from './conversation';

const score = {
  index: 1,
  of: 5,
  score: 72,
  reason: 'Clear.',
  feedback: '',
  evidence: [],
  coach_notes: '',
};

function heard(id: string, text: string, more: Partial<Heard> = {}): News {
  return { type: 'heard', id, speaker: 'candidate', text, isFinal: false, version: 1, ...more };
}

function after(...news: News[]): readonly Line[] {
  return news.reduce<readonly Line[]>(conversation, []);
}

test('a segment grows in its place and is final once', () => {
  const lines = after(
    heard('a', 'My name'),
    heard('b', 'Hello', { speaker: 'interviewer' }),
    heard('a', 'My name is Ada.', { version: 2, isFinal: true }),
  );
  expect(lines.map(({ id, text, isFinal }) => [id, text, isFinal])).toEqual([
    ['a', 'My name is Ada.', true],
    ['b', 'Hello', false],
  ]);
});

test('what comes late changes nothing', () => {
  const final = heard('a', 'My name is Ada.', { version: 3, isFinal: true });
  expect(after(final, heard('a', 'My name is', { version: 2 }))[0]?.text).toBe('My name is Ada.');
  expect(after(final, heard('a', 'My name is Ada. I', { version: 4 }))[0]?.text).toBe('My name is Ada.');
  expect(after(heard('a', 'two', { version: 2 }), heard('a', 'one', { version: 1 }))[0]?.text).toBe('two');
});

test('a guess that came to nothing is taken back', () => {
  expect(after(heard('a', 'Uh'), heard('a', ' ', { version: 2, isFinal: true }))).toEqual([]);
  expect(after(heard('a', ''))).toEqual([]);
});

test('a score stands once, as it was given last', () => {
  const lines = after({ type: 'scored', score }, { type: 'scored', score: { ...score, score: null } });
  expect(lines.map(({ text }) => text)).toEqual(['Answer 2: no score. Clear.']);
  expect(scoreInWords({ ...score, feedback: 'Say why.' })).toBe('Answer 2: 72 of 100. Say why.');
});

test('what one side says in a row is shown together, but not with what it writes', () => {
  const lines = after(
    heard('a', 'I am Ada.', { isFinal: true }),
    heard('b', 'I am an engineer.', { isFinal: true }),
    { type: 'written', id: 'c', speaker: 'candidate', text: 'At a bank.' },
    heard('d', 'Thank you.', { speaker: 'interviewer' }),
  );
  expect(turnsOf(lines).map((turn) => turn.lines.map(({ id }) => id))).toEqual([['a', 'b'], ['c'], ['d']]);
});

test('captions show what the interviewer said last, also before a reload', () => {
  const at = '2026-01-01T00:00:00Z';
  const earlier = earlierLines([
    { at, speaker: 'interviewer', stage: 'a', text: 'What do you do?' },
    { at, speaker: 'candidate', stage: 'a', text: 'I build bridges.' },
  ]);
  expect(captionOf(earlier)).toBe('What do you do?');
  expect(captionOf(conversation(earlier, heard('a', 'Which?', { speaker: 'interviewer' })))).toBe('Which?');
  expect(captionOf([])).toBe('');
});
