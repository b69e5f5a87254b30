import { useRemoteParticipants } from '@livekit/components-react';
import { RemoteAudioTrack, type Room, RoomEvent, Track } from 'livekit-client';
import { type Activity, activityOf, interviewerOf } from './interviewer';

export type Interviewer = {
  /** LiveKit's, of this one and no other; null: none is there. */
  sid: string | null;
  activity: Activity;
  audio: RemoteAudioTrack | null;
};

const CHANGES = [
  RoomEvent.ParticipantAttributesChanged,
  RoomEvent.TrackSubscribed,
  RoomEvent.TrackUnsubscribed,
];

export function useInterviewer(room: Room): Interviewer {
  const participant = interviewerOf(useRemoteParticipants({ room, updateOnlyOn: CHANGES }));
  const track = participant?.getTrackPublication(Track.Source.Microphone)?.track;
  return {
    sid: participant?.sid ?? null,
    activity: activityOf(participant),
    audio: track instanceof RemoteAudioTrack ? track : null,
  };
}
