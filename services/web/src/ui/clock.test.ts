import { describe, expect, it } from 'vitest';
import { clock } from './clock';

describe('clock', () => {
  it.each([
    [0, '0:00'],
    [9.4, '0:09'],
    [249, '4:09'],
    [725, '12:05'],
    [3849, '1:04:09'],
    [-3, '0:00'],
  ])('shows %d seconds as %s', (seconds, shown) => expect(clock(seconds)).toBe(shown));
});
