import { describe, expect, it } from 'vitest';
import { wrongWithToken, wrongWithUrl } from './byHand';

describe('wrongWithUrl', () => {
  it.each(['ws://localhost:7880', ' wss://lk.example.com ', 'https://lk.example.com'])('takes %s', (url) => {
    expect(wrongWithUrl(url)).toBeNull();
  });

  it.each(['', 'localhost:7880', 'javascript:alert(1)', 'lk.example.com'])('refuses “%s”', (url) => {
    expect(wrongWithUrl(url)).toMatch(/wss:/);
  });
});

describe('wrongWithToken', () => {
  const token = (claims: object) => `e30.${btoa(JSON.stringify(claims)).replaceAll('=', '')}.c2ln`;

  it('takes one that is good for a while yet', () => {
    expect(wrongWithToken(token({ exp: 200 }), 100_000)).toBeNull();
    expect(wrongWithToken(` ${token({})}\n`)).toBeNull();
  });

  it('refuses one that has expired, and what is none', () => {
    expect(wrongWithToken(token({ exp: 99 }), 100_000)).toMatch(/expired/);
    expect(wrongWithToken('')).toMatch(/three parts/);
    expect(wrongWithToken('a.b')).toMatch(/three parts/);
  });
});
