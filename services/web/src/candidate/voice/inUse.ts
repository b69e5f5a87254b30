/** Which devices the room uses, which the candidate picked in it, and what has changed without them. */
import { type Device, type Devices, NO_DEVICES } from '../lobby/devices';

export type Kind = 'microphone' | 'speaker' | 'camera';
export const KINDS: readonly Kind[] = ['microphone', 'speaker', 'camera'];

export type InUse = {
  /** All that are plugged in. */
  devices: Devices;
  /** The ones in use; null: none was yet. */
  used: Record<Kind, Device | null>;
  /** Ids. */
  picked: Record<Kind, string | null>;
  /** What another device has taken the place of, until it is dismissed. */
  changed: Kind | null;
};

const NONE = { microphone: null, speaker: null, camera: null };
export const NOTHING_IN_USE: InUse = { devices: NO_DEVICES, used: NONE, picked: NONE, changed: null };

export type DeviceNews =
  /** Ids of what the room uses. */
  | { type: 'seen'; devices: Devices; ids: Record<Kind, string | null> }
  | { type: 'picked'; kind: Kind; id: string }
  | { type: 'dismissed' };

export function inUse(before: InUse, news: DeviceNews): InUse {
  switch (news.type) {
    case 'seen': {
      const used = { ...before.used };
      let { changed } = before;
      for (const kind of KINDS) {
        const now = of(kind, news.devices).find(({ id }) => id === news.ids[kind]);
        if (!now) continue; // gone, and nothing has its place yet
        if (isReplaced(before.used[kind], now) && now.id !== before.picked[kind]) changed = kind;
        used[kind] = now;
      }
      return { ...before, devices: news.devices, used, changed };
    }
    case 'picked':
      return { ...before, picked: { ...before.picked, [news.kind]: news.id }, changed: null };
    case 'dismissed':
      return { ...before, changed: null };
  }
}

/** The devices of a kind. */
export function of(kind: Kind, devices: Devices): Device[] {
  return devices[`${kind}s`];
}

/** Chromium's "default" is one of its own, whose name is that of the device behind it. */
function isReplaced(before: Device | null, now: Device): boolean {
  if (!before) return false;
  return before.id !== now.id || (now.id === 'default' && before.label !== now.label);
}
