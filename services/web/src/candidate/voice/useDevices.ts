import { useLocalParticipant } from '@livekit/components-react';
import { type Participant, type Room, RoomEvent, Track, type TrackPublication } from 'livekit-client';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { Choice } from '../choice';
import { mediaProblemOf } from '../lobby/devices';
import { MEDIA_KINDS, type Source, stopped, troubleOf } from './devices';

export type Device = {
  isOn: boolean;
  /** The browser is asking, or the device is starting. */
  isBusy: boolean;
  /** Why it cannot be used, and what to do. */
  trouble: string | null;
  toggle: () => void;
};

export type Devices = Record<Source, Device>;

/** The candidate's own devices. Microphone and camera are as they were left each time that the room is entered. */
export function useDevices(room: Room, choice: Choice): Devices {
  const local = useLocalParticipant({ room });
  const wanted = useRef({ microphone: true, camera: choice.hasCamera });
  const [busy, setBusy] = useState<ReadonlySet<Source>>(new Set());
  const [troubles, setTroubles] = useState<Partial<Record<Source, string | null>>>({});

  const turn = useCallback(
    async (source: Source, isOn: boolean) => {
      if (source !== 'screen') wanted.current[source] = isOn;
      setBusy((now) => new Set([...now, source]));
      let trouble: string | null = null;
      try {
        await set(room, source, isOn).catch(async (error: unknown) => {
          if (source === 'screen' || mediaProblemOf(error) !== 'missing') throw error;
          // What was chosen was unplugged since.
          await room.switchActiveDevice(MEDIA_KINDS[source], 'default', false);
          await set(room, source, isOn);
        });
      } catch (error) {
        trouble = troubleOf(source, error);
      }
      setTroubles((now) => ({ ...now, [source]: trouble }));
      setBusy((now) => new Set([...now].filter((other) => other !== source)));
    },
    [room],
  );

  useEffect(() => {
    const enter = () => {
      void turn('microphone', wanted.current.microphone);
      if (wanted.current.camera) void turn('camera', true);
    };
    const onMuted = (publication: TrackPublication, by: Participant) => {
      const source = MUTABLE.find((each) => publication.source === TRACKS[each]);
      if (by !== room.localParticipant || !source || !wanted.current[source]) return;
      setTroubles((now) => ({ ...now, [source]: stopped(source) }));
    };
    room.on(RoomEvent.Connected, enter);
    room.on(RoomEvent.TrackMuted, onMuted);
    return () => {
      room.off(RoomEvent.Connected, enter);
      room.off(RoomEvent.TrackMuted, onMuted);
    };
  }, [room, turn]);

  const device = (source: Source, isOn: boolean): Device => ({
    isOn,
    isBusy: busy.has(source),
    trouble: troubles[source] ?? null,
    toggle: () => {
      if (!busy.has(source)) void turn(source, !isOn);
    },
  });
  return {
    microphone: device('microphone', local.isMicrophoneEnabled),
    camera: device('camera', local.isCameraEnabled),
    screen: device('screen', local.isScreenShareEnabled),
  };
}

const MUTABLE = ['microphone', 'camera'] as const;
const TRACKS = { microphone: Track.Source.Microphone, camera: Track.Source.Camera };

async function set(room: Room, source: Source, isOn: boolean): Promise<void> {
  const participant = room.localParticipant;
  if (source === 'microphone') await participant.setMicrophoneEnabled(isOn);
  else if (source === 'camera') await participant.setCameraEnabled(isOn);
  else await participant.setScreenShareEnabled(isOn);
}
