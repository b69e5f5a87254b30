import { useRemoteParticipants } from '@livekit/components-react';
import { RemoteAudioTrack, type Room, RoomEvent, Track } from 'livekit-client';
import { type Activity, activityOf, interviewerOf } from './interviewer';

export type Interviewer = {
  activity: Activity;
  /** In the room, though perhaps not ready yet. */
  isThere: boolean;
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
    activity: activityOf(participant),
    isThere: participant !== null,
    audio: track instanceof RemoteAudioTrack ? track : null,
  };
}
