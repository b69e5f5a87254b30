import { describe, expect, it } from 'vitest';
import { browserOf, chosenOf, devicesOf, mediaProblemOf } from './devices';

const info = (kind: MediaDeviceKind, deviceId: string, label = '') => ({ kind, deviceId, label });

describe('devicesOf', () => {
  it('sorts devices by what they are', () => {
    const found = devicesOf([
      info('videoinput', 'c', 'Webcam'),
      info('audioinput', 'm', 'Headset'),
      info('audiooutput', 's', 'Loudspeaker'),
    ]);
    expect(found.microphones).toEqual([{ id: 'm', label: 'Headset' }]);
    expect(found.speakers).toEqual([{ id: 's', label: 'Loudspeaker' }]);
    expect(found.cameras).toEqual([{ id: 'c', label: 'Webcam' }]);
  });

  it('gives names to those without, and leaves out those that cannot be chosen', () => {
    const found = devicesOf([info('audioinput', ''), info('audioinput', 'a'), info('audioinput', 'b')]);
    expect(found.microphones.map(({ label }) => label)).toEqual(['Microphone 1', 'Microphone 2']);
  });
});

describe('chosenOf', () => {
  const devices = [
    { id: 'a', label: 'A' },
    { id: 'b', label: 'B' },
  ];

  it('takes the first wish that is there', () => {
    expect(chosenOf(devices, 'gone', 'b')).toBe('b');
    expect(chosenOf(devices, null, null)).toBe('a');
    expect(chosenOf([], 'a')).toBeNull();
  });
});

describe('mediaProblemOf', () => {
  it.each([
    ['NotAllowedError', 'Permission denied', 'refused'],
    ['NotAllowedError', 'Permission denied by system', 'system'],
    ['NotFoundError', 'Requested device not found', 'missing'],
    ['OverconstrainedError', '', 'missing'],
    ['NotReadableError', 'Could not start audio source', 'busy'],
    ['SecurityError', '', 'refused'],
    ['EncodingError', '', 'unknown'],
  ])('takes %s (%s) for %s', (name, message, problem) => {
    expect(mediaProblemOf(new DOMException(message, name))).toBe(problem);
  });

  it('takes what is no error of the browser for unknown', () => {
    expect(mediaProblemOf(new Error('NotAllowedError'))).toBe('unknown');
  });
});

describe('browserOf', () => {
  const desktop = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)';
  it.each([
    [`${desktop} Chrome/143.0.0.0 Safari/537.36`, 'chrome'],
    [`${desktop} Chrome/143.0.0.0 Safari/537.36 Edg/143.0.0.0`, 'edge'],
    ['Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0', 'firefox'],
    [
      'Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15',
      'safari',
    ],
    ['Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/143.0.0.0 Mobile Safari/537.36', 'android'],
    ['Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) CriOS/143.0.0.0 Safari/604.1', 'ios'],
    ['Lynx/2.9', null],
  ])('%s is %s', (userAgent, browser) => {
    expect(browserOf(userAgent)).toBe(browser);
  });
});
