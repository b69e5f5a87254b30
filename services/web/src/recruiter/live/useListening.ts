import { DisconnectReason, type Participant, type RemoteTrack, Room, RoomEvent, Track } from 'livekit-client';
import { useEffect, useRef, useState } from 'react';
import { ok, uniqueId } from '../../api/client';
import { Problem } from '../../api/problem';
import { door } from '../api';

type State = 'connecting' | 'listening' | 'gone';
type Heard = {
  state: State;
  /** Why it is gone, and what to do. */
  problem: string;
  /** Who speaks now. */
  speaking: string[];
  /** The browser plays nothing before somebody presses something. */
  isBlocked: boolean;
};

const BEGIN: Heard = { state: 'connecting', problem: '', speaking: [], isBlocked: false };
const OVER = 'The room was closed: the interview is over, or the candidate has left it.';
const LOST = 'The connection to the room was lost. Please check your connection, then join again.';

/** Join an interview's room as its observer, who only hears, for as long as the component is there. */
export function useListening(id: string) {
  const [heard, setHeard] = useState(BEGIN);
  const [attempt, setAttempt] = useState(0);
  const room = useRef<Room>(undefined);

  useEffect(() => {
    const joined = new Room();
    const sounds = document.createElement('div');
    document.body.append(sounds);
    const change = (changed: Partial<Heard>) => setHeard((now) => ({ ...now, ...changed }));
    let isLeft = false;
    joined
      .on(RoomEvent.TrackSubscribed, (track: RemoteTrack) => {
        if (track.kind === Track.Kind.Audio) sounds.append(track.attach());
      })
      .on(RoomEvent.TrackUnsubscribed, (track: RemoteTrack) =>
        track.detach().forEach((sound) => sound.remove()),
      )
      .on(RoomEvent.TrackPublished, (publication) =>
        publication.setSubscribed(publication.kind === Track.Kind.Audio),
      )
      .on(RoomEvent.ActiveSpeakersChanged, (speakers) => change({ speaking: speakers.map(roleOf) }))
      .on(RoomEvent.AudioPlaybackStatusChanged, () => change({ isBlocked: !joined.canPlaybackAudio }))
      .on(RoomEvent.Disconnected, (reason) => {
        if (!isLeft) change({ ...BEGIN, state: 'gone', problem: isOver(reason) ? OVER : LOST });
      });
    const join = async () => {
      // Another name for each: LiveKit puts out who comes twice under one.
      const name = `Observer ${uniqueId().slice(0, 8)}`;
      const body = { session_id: id, participant_name: name, role: 'observer' as const };
      const entrance = await ok(door.POST('/livekit/token', { body }));
      if (isLeft) return;
      await joined.connect(entrance.url, entrance.token, { autoSubscribe: false });
      for (const { trackPublications } of joined.remoteParticipants.values()) {
        for (const publication of trackPublications.values())
          publication.setSubscribed(publication.kind === Track.Kind.Audio);
      }
      change({ state: 'listening', isBlocked: !joined.canPlaybackAudio });
    };
    room.current = joined;
    join().catch((error: unknown) => {
      const problem = error instanceof Problem ? error.message : LOST;
      if (!isLeft) change({ ...BEGIN, state: 'gone', problem });
    });
    return () => {
      isLeft = true;
      sounds.remove();
      void joined.disconnect();
    };
  }, [id, attempt]);

  return {
    ...heard,
    allowSound: () => void room.current?.startAudio(),
    again: () => {
      setHeard(BEGIN);
      setAttempt((now) => now + 1);
    },
  };
}

function roleOf(participant: Participant): string {
  return participant.isAgent ? 'The interviewer' : 'The candidate';
}

function isOver(reason: DisconnectReason | undefined): boolean {
  return reason === DisconnectReason.ROOM_DELETED || reason === DisconnectReason.ROOM_CLOSED;
}
