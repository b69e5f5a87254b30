import { DisconnectReason } from 'livekit-client';
import { expect, test } from 'vitest';
import { meaningOf, pauseAfter } from './call';

test.each([
  [DisconnectReason.DUPLICATE_IDENTITY, 'elsewhere'],
  [DisconnectReason.PARTICIPANT_REMOVED, 'elsewhere'],
  [DisconnectReason.ROOM_DELETED, 'closed'],
  [DisconnectReason.ROOM_CLOSED, 'closed'],
  [DisconnectReason.SERVER_SHUTDOWN, 'lost'],
  [DisconnectReason.SIGNAL_CLOSE, 'lost'],
  [undefined, 'lost'],
])('being put out for %s means %s', (reason, meaning) => {
  expect(meaningOf(reason)).toBe(meaning);
});

test('attempts come slower, and never stop coming', () => {
  expect([1, 2, 3, 4, 5, 50].map(pauseAfter)).toEqual([500, 1000, 2000, 4000, 5000, 5000]);
});
