import { beforeEach, expect, it } from 'vitest';
import { NO_CHOICE, storeChoice, storedChoice, storedWay, storeWay } from './choice';

beforeEach(() => sessionStorage.clear());

it('remembers what was chosen', () => {
  const choice = { ...NO_CHOICE, name: 'Ada', microphone: 'm1', hasCamera: true };
  storeChoice(choice);
  expect(storedChoice()).toEqual(choice);
});

it('chooses nothing where nothing, or something else, is remembered', () => {
  expect(storedChoice()).toEqual(NO_CHOICE);
  sessionStorage.setItem('viva.choice', '{not JSON');
  expect(storedChoice()).toEqual(NO_CHOICE);
});

it('remembers the way of one interview only', () => {
  storeWay('i1', 'writing');
  expect(storedWay('i1')).toBe('writing');
  expect(storedWay('i2')).toBeNull();
  storeWay('i1', null);
  expect(storedWay('i1')).toBeNull();
});
