import type { RemoteParticipant } from 'livekit-client';
import { expect, test } from 'vitest';
import { troubleOf } from './devices';
import { activityOf, interviewerOf } from './interviewer';
import { bandsOf, mirrored } from './levels';
import { storedUnread, storeUnread, unreadBy } from './outbox';

function participant(identity: string, joined: number, more: Partial<RemoteParticipant> = {}) {
  const seen: Partial<RemoteParticipant> = {
    identity,
    joinedAt: new Date(joined),
    attributes: {},
    isAgent: false,
    ...more,
  };
  return seen as RemoteParticipant;
}

test('the interviewer is the agent that came last', () => {
  const ghost = participant('old', 1, { isAgent: true });
  const agent = participant('new', 2, { isAgent: true });
  expect(interviewerOf([agent, ghost, participant('somebody', 3)])).toBe(agent);
  expect(interviewerOf([participant('somebody', 3)])).toBeNull();
  const unnamed = participant('bot', 1, { attributes: { 'lk.agent.state': 'listening' } });
  expect(interviewerOf([unnamed])).toBe(unnamed);
});

test.each([
  ['speaking', 'speaking'],
  ['thinking', 'thinking'],
  ['listening', 'listening'],
  ['idle', 'listening'],
  ['initializing', 'joining'],
])('an agent that is %s is %s', (state, activity) => {
  expect(activityOf({ attributes: { 'lk.agent.state': state } })).toBe(activity);
});

test('without an agent, one is joining', () => expect(activityOf(null)).toBe('joining'));

test('a device in trouble is spoken of by what can be done', () => {
  const named = (name: string) => Object.assign(new Error(), { name });
  expect(troubleOf('microphone', named('NotAllowedError'))).toMatch(/may not use the microphone/);
  expect(troubleOf('camera', named('NotFoundError'))).toMatch(/No camera was found/);
  expect(troubleOf('camera', named('NotReadableError'))).toMatch(/another program/);
  expect(troubleOf('microphone', named('TypeError'))).toMatch(/could not be started/);
  expect(troubleOf('screen', named('NotAllowedError'))).toBeNull();
});

test('levels are those of speech, from silence to full', () => {
  expect(bandsOf(new Uint8Array(256))).toEqual([0, 0, 0, 0]);
  const high = new Uint8Array(256).fill(255, 20, 48);
  expect(bandsOf(high)).toEqual([0, 0, 0, 1]);
  expect(mirrored([1, 2, 3])).toEqual([3, 2, 1, 2, 3]);
});

const letter = { id: 'a', text: 'Hello', sent: null };
const sent = { ...letter, sent: { to: 'PA_1', during: 'listening' as const } };

test('a letter is read once who got it does something else', () => {
  expect(unreadBy({ sid: 'PA_1', activity: 'listening' }, [sent])).toEqual([sent]);
  expect(unreadBy({ sid: 'PA_1', activity: 'thinking' }, [sent])).toEqual([]);
  expect(unreadBy({ sid: 'PA_1', activity: 'thinking' }, [letter])).toEqual([letter]);
});

test('a letter to one who was killed waits for the next', () => {
  expect(unreadBy(null, [sent])).toEqual([sent]);
  expect(unreadBy({ sid: 'PA_2', activity: 'listening' }, [sent])).toEqual([letter]);
});

test('what is unread survives a reload, in its own interview', () => {
  storeUnread('one', [letter]);
  expect(storedUnread('one')).toEqual([letter]);
  expect(storedUnread('two')).toEqual([]);
  storeUnread('one', []);
  expect(storedUnread('one')).toEqual([]);
  sessionStorage.setItem('viva.unread.one', '{');
  expect(storedUnread('one')).toEqual([]);
});
