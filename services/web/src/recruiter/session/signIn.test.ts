import { describe, expect, it } from 'vitest';
import { failureOf, wayBack, wrongWithKey } from './signIn';

it('explains failures of the issuer, those that it does not know, too', () => {
  expect(failureOf(null)).toBeNull();
  expect(failureOf('expired')).toMatch(/too long/);
  expect(failureOf('something_new')).toMatch(/try again/);
  expect(failureOf('__proto__')).toMatch(/try again/);
});

describe('a key', () => {
  it('is sent if it is one', () => expect(wrongWithKey('viva_1f2e_Ab-c_9')).toBeNull());
  it.each(['', 'viva key', 'viva_ключ', 'viva\u00a0'])('is not sent as %j', (key) =>
    expect(wrongWithKey(key)).toBeTruthy(),
  );
});

it('leads back to where one was, without the failure', () => {
  const location = { pathname: '/recruiter', search: '?status=ended&sign_in_error=expired', hash: '#turn-3' };
  expect(wayBack(location)).toBe('/recruiter?status=ended#turn-3');
  expect(wayBack({ ...location, search: '?sign_in_error=refused', hash: '' })).toBe('/recruiter');
});
