import { type Room, RoomEvent } from 'livekit-client';
import { useEffect, useReducer, useState } from 'react';
import type { Choice } from '../choice';
import { devicesOf } from '../lobby/devices';
import { mediaDevices } from '../lobby/useDevices';
import { MEDIA_KINDS, troubleOf } from './devices';
import { inUse, type InUse, type Kind, NOTHING_IN_USE } from './inUse';

export type Switching = InUse & {
  /** Why what was picked last cannot be used, and what to do. */
  trouble: { kind: Kind; message: string } | null;
  pick: (kind: Kind, id: string) => void;
  dismiss: () => void;
};

/** Other devices for the room, while it goes on; `onChoose` is told what was picked and can be used. */
export function useSwitching(room: Room, onChoose?: (part: Partial<Choice>) => void): Switching {
  const [found, onNews] = useReducer(inUse, NOTHING_IN_USE);
  const [trouble, setTrouble] = useState<Switching['trouble']>(null);

  useEffect(() => {
    let isLate = false;
    const look = async () => {
      const infos = (await mediaDevices?.enumerateDevices().catch(() => [])) ?? [];
      const id = (kind: Kind) => room.getActiveDevice(MEDIA_KINDS[kind]) ?? null;
      const ids = { microphone: id('microphone'), speaker: id('speaker'), camera: id('camera') };
      if (!isLate) onNews({ type: 'seen', devices: devicesOf(infos), ids });
    };
    const onChange = () => void look();
    onChange();
    for (const event of CHANGES) room.on(event, onChange);
    return () => {
      isLate = true;
      for (const event of CHANGES) room.off(event, onChange);
    };
  }, [room]);

  const pick = async (kind: Kind, id: string) => {
    const before = found.used[kind]?.id ?? 'default';
    onNews({ type: 'picked', kind, id });
    setTrouble(null);
    try {
      await room.switchActiveDevice(MEDIA_KINDS[kind], id);
      onChoose?.({ [kind]: id });
    } catch (error) {
      const message = kind === 'speaker' ? null : troubleOf(kind, error);
      setTrouble({ kind, message: message ?? unusable(kind) });
      onNews({ type: 'picked', kind, id: before });
      // LiveKit has let go of the one before.
      await room.switchActiveDevice(MEDIA_KINDS[kind], before).catch(() => undefined);
    }
  };
  return {
    ...found,
    trouble,
    pick: (kind, id) => void pick(kind, id),
    dismiss: () => onNews({ type: 'dismissed' }),
  };
}

const CHANGES = [
  RoomEvent.ActiveDeviceChanged,
  RoomEvent.MediaDevicesChanged,
  RoomEvent.LocalTrackPublished,
] as const;

function unusable(kind: Kind): string {
  return `This ${kind} cannot be used. Plug it in again, or choose another.`;
}
