/** Microphones, speakers and cameras as the browser tells of them, and why it may not give one. */
export type Device = { id: string; label: string };
export type Devices = { microphones: Device[]; speakers: Device[]; cameras: Device[] };
export type Kind = 'microphone' | 'camera';

export const NO_DEVICES: Devices = { microphones: [], speakers: [], cameras: [] };

type Info = Pick<MediaDeviceInfo, 'kind' | 'deviceId' | 'label'>;

/** Before a permission is given, browsers tell neither ids nor names: such devices are left out. */
export function devicesOf(infos: readonly Info[]): Devices {
  const named = (kind: MediaDeviceKind, word: string) =>
    infos
      .filter((info) => info.kind === kind && info.deviceId)
      .map((info, index) => ({ id: info.deviceId, label: info.label || `${word} ${index + 1}` }));
  return {
    microphones: named('audioinput', 'Microphone'),
    speakers: named('audiooutput', 'Speaker'),
    cameras: named('videoinput', 'Camera'),
  };
}

/** The device that a list is to show as chosen: the one in use, else the one wished for, else the first. */
export function chosenOf(devices: readonly Device[], ...wishes: (string | null)[]): string | null {
  const there = wishes.find((wish) => devices.some(({ id }) => id === wish));
  return there ?? devices[0]?.id ?? null;
}

/** Why there is no microphone or camera. */
export type MediaProblem =
  /** The candidate, or the browser for them, said no to this page. */
  | 'refused'
  /** The operating system keeps the browser from it. */
  | 'system'
  | 'missing'
  /** Another program has it. */
  | 'busy'
  /** The page was not opened by https. */
  | 'insecure'
  | 'unknown';

export function mediaProblemOf(error: unknown): MediaProblem {
  if (!(error instanceof DOMException)) return 'unknown';
  switch (error.name) {
    case 'NotAllowedError':
      return /system/i.test(error.message) ? 'system' : 'refused';
    case 'SecurityError':
      return 'refused';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'missing';
    case 'NotReadableError':
    case 'AbortError':
      return 'busy';
    default:
      return 'unknown';
  }
}

export type Browser = 'chrome' | 'edge' | 'firefox' | 'safari' | 'android' | 'ios';

/** Which browser's own steps to show first; null: none that is known. */
export function browserOf(userAgent: string): Browser | null {
  const marks: [Browser, RegExp][] = [
    ['ios', /iPhone|iPad|iPod/],
    ['android', /Android/],
    ['edge', /Edg\//],
    ['firefox', /Firefox\//],
    ['chrome', /Chrome\/|Chromium\//],
    ['safari', /Safari\//],
  ];
  return marks.find(([, mark]) => mark.test(userAgent))?.[0] ?? null;
}
