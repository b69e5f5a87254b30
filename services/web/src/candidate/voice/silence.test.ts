import { expect, test } from 'vitest';
import { isSilent, listen, NO_SILENCE, type Silence } from './silence';

/** After so many seconds. */
function after(seconds: number, level: number, isAwaited = true, before: Silence = NO_SILENCE): Silence {
  let now = before;
  for (let second = 0; second < seconds; second += 1) now = listen(now, level, 1000, isAwaited);
  return now;
}

test('a microphone from which nothing comes for ten seconds is silent', () => {
  expect(isSilent(after(9, 0))).toBe(false);
  expect(isSilent(after(10, 0))).toBe(true);
  expect(isSilent(after(60, 0.2))).toBe(false);
});

test('nobody has to speak while the interviewer does', () => {
  const listened = after(9, 0);
  expect(isSilent(after(60, 0, false, listened))).toBe(false);
  expect(isSilent(after(1, 0, true, after(60, 0, false, listened)))).toBe(true);
});

test('who was heard may think', () => {
  const spoke = after(1, 0.5, true, after(60, 0));
  expect(isSilent(spoke)).toBe(false);
  expect(isSilent(after(39, 0, true, spoke))).toBe(false);
  expect(isSilent(after(40, 0, true, spoke))).toBe(true);
});
