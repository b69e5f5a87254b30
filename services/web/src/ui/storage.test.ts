import { beforeEach, expect, it, vi } from 'vitest';
import { store, stored, storedJson } from './storage';

beforeEach(() => sessionStorage.clear());

it('keeps and forgets', () => {
  store('sessionStorage', 'key', 'value');
  expect(sessionStorage.getItem('key')).toBe('value');
  expect(stored('sessionStorage', 'key')).toBe('value');
  store('sessionStorage', 'key', null);
  expect(stored('sessionStorage', 'key')).toBeNull();
});

it('holds for the page where the browser keeps nothing', () => {
  vi.spyOn(window, 'sessionStorage', 'get').mockImplementation(() => {
    throw new DOMException('Access is denied for this document.', 'SecurityError');
  });
  expect(stored('sessionStorage', 'key')).toBeNull();
  store('sessionStorage', 'key', 'value');
  expect(stored('sessionStorage', 'key')).toBe('value');
  store('sessionStorage', 'key', null);
  expect(stored('sessionStorage', 'key')).toBeNull();
});

it('takes for nothing what is no JSON', () => {
  store('sessionStorage', 'key', '{');
  expect(storedJson('sessionStorage', 'key')).toBeNull();
  store('sessionStorage', 'key', '{"a":1}');
  expect(storedJson('sessionStorage', 'key')).toEqual({ a: 1 });
});
