import { VideoTrack } from '@livekit/components-react';
import { LocalAudioTrack, type LocalParticipant, Track } from 'livekit-client';
import { Mic, MicOff } from 'lucide-react';
import { useRef } from 'react';
import { useLevels } from './useLevels';
import css from './tiles.module.css';

type Props = {
  participant: LocalParticipant;
  isMicrophoneOn: boolean;
  isMicrophoneStarting: boolean;
  isCameraOn: boolean;
};

/** The candidate as the interviewer has them: their picture, if they want one, and how loud they are. */
export function OwnTile({ participant, isMicrophoneOn, isMicrophoneStarting, isCameraOn }: Props) {
  const camera = participant.getTrackPublication(Track.Source.Camera);
  const microphone = participant.getTrackPublication(Track.Source.Microphone)?.track;
  const tile = useRef<HTMLElement>(null);
  useLevels(isMicrophoneOn && microphone instanceof LocalAudioTrack ? microphone : null, (bands) =>
    tile.current?.style.setProperty('--level', String(Math.max(...bands))),
  );
  const Icon = isMicrophoneOn ? Mic : MicOff;
  return (
    <section ref={tile} aria-label="You" className={css.own}>
      {isCameraOn && camera ? (
        <VideoTrack
          className={css.mirrored}
          trackRef={{ participant, publication: camera, source: Track.Source.Camera }}
        />
      ) : null}
      <span className={css.microphone} data-on={isMicrophoneOn}>
        <Icon aria-hidden size={18} />
      </span>
      <span className={css.name}>{isMicrophoneOn || isMicrophoneStarting ? 'You' : 'You are muted'}</span>
    </section>
  );
}

/** What of the candidate's screen the room sees. */
export function ScreenTile({ participant }: { participant: LocalParticipant }) {
  const screen = participant.getTrackPublication(Track.Source.ScreenShare);
  if (!screen) return null;
  return (
    <section aria-label="Your screen" className={css.screen}>
      <VideoTrack trackRef={{ participant, publication: screen, source: Track.Source.ScreenShare }} />
      <span className={css.name}>You are showing your screen</span>
    </section>
  );
}
