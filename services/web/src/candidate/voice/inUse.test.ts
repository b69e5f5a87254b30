import { expect, test } from 'vitest';
import type { Device } from '../lobby/devices';
import { type DeviceNews, inUse, NOTHING_IN_USE } from './inUse';

const BUILT_IN = { id: 'b', label: 'Built-in' };
const HEADSET = { id: 'h', label: 'Headset' };

function seen(microphone: string, ...microphones: Device[]): DeviceNews {
  const devices = { microphones, speakers: [], cameras: [] };
  return { type: 'seen', devices, ids: { microphone, speaker: null, camera: null } };
}

const after = (...news: DeviceNews[]) => news.reduce(inUse, NOTHING_IN_USE);

test('the first device is no change', () => {
  const found = after(seen('h', BUILT_IN, HEADSET));
  expect(found.used.microphone).toBe(HEADSET);
  expect(found.changed).toBeNull();
});

test('one that is unplugged is missed once another has its place', () => {
  const unplugged = [seen('h', BUILT_IN, HEADSET), seen('h', BUILT_IN)];
  expect(after(...unplugged).changed).toBeNull();
  const found = after(...unplugged, seen('b', BUILT_IN));
  expect(found.changed).toBe('microphone');
  expect(found.used.microphone).toBe(BUILT_IN);
  expect(inUse(found, { type: 'dismissed' }).changed).toBeNull();
});

test('one that was picked is no news', () => {
  const picked: DeviceNews = { type: 'picked', kind: 'microphone', id: 'b' };
  const found = after(seen('h', BUILT_IN, HEADSET), picked, seen('b', BUILT_IN, HEADSET));
  expect(found.changed).toBeNull();
  expect(inUse(found, seen('h', HEADSET)).changed).toBe('microphone');
});

test('the browser’s own choice changes by its name', () => {
  const standard = (label: string) => ({ id: 'default', label: `Default - ${label}` });
  const first = seen('default', standard('Headset'), HEADSET);
  expect(after(first, seen('default', standard('Headset'), HEADSET, BUILT_IN)).changed).toBeNull();
  expect(after(first, seen('default', standard('Built-in'), BUILT_IN)).changed).toBe('microphone');
});

test('a name that comes with the permission changes nothing', () => {
  expect(after(seen('h', { id: 'h', label: 'Microphone 1' }), seen('h', HEADSET)).changed).toBeNull();
});
