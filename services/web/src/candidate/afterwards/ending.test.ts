import { expect, it } from 'vitest';
import type { Session } from '../interview';
import { endingOf } from './ending';

const said = [{ speaker: 'candidate', text: 'Hello.' }] as Session['transcript'];
const asked = [{ speaker: 'interviewer', text: 'Who are you?' }] as Session['transcript'];

it('thanks who came to the end', () => {
  expect(endingOf({ end_reason: 'goodbye', transcript: said })).toMatchObject({
    title: 'Thank you',
    isAnswered: true,
  });
});

it('says that it was broken off, and that nothing is lost', () => {
  const ending = endingOf({ end_reason: 'abandoned', transcript: [...asked, ...said] });
  expect(ending.title).toBe('This interview is closed');
  expect(ending.text).toMatch(/kept/);
});

it('says to who never answered whom to ask', () => {
  const ending = endingOf({ end_reason: 'abandoned', transcript: asked });
  expect(ending.isAnswered).toBe(false);
  expect(ending.text).toMatch(/ask who invited you/);
});
