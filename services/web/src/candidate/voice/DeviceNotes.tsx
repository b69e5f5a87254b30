import { LocalAudioTrack, type LocalParticipant, Track } from 'livekit-client';
import { useState } from 'react';
import { Button } from '../../ui/controls';
import { Notice } from '../../ui/Notice';
import css from './CallRoom.module.css';
import { useSilence } from './useSilence';
import type { Switching } from './useSwitching';

type Props = {
  participant: LocalParticipant;
  /** The interviewer waits for what comes from the microphone. */
  isAwaited: boolean;
  switching: Switching;
  onDevices: () => void;
  onWriting?: () => void;
};

/** What the candidate may not have noticed of their devices: one is silent, or was replaced. */
export function DeviceNotes({ participant, isAwaited, switching, onDevices, onWriting }: Props) {
  const microphone = participant.getTrackPublication(Track.Source.Microphone)?.track;
  const isSilent = useSilence(microphone instanceof LocalAudioTrack ? microphone : null, isAwaited);
  const [isDismissed, setDismissed] = useState(false);
  if (!isSilent && isDismissed) setDismissed(false);
  const { changed, used, dismiss } = switching;
  const device = changed && used[changed];
  return (
    <>
      {device ? (
        <Notice>
          <p>
            Your {changed} has changed: “{device.label}” is used now.
          </p>
          <div className={css.buttons}>
            <Button onPress={onDevices}>Devices</Button>
            <Button look="quiet" onPress={dismiss}>
              Close
            </Button>
          </div>
        </Notice>
      ) : null}
      {isSilent && !isDismissed ? (
        <Notice>
          <p>We hear nothing from your microphone. Is it muted, or not the one that you speak into?</p>
          <div className={css.buttons}>
            <Button onPress={onDevices}>Devices</Button>
            {onWriting ? <Button onPress={onWriting}>Text mode</Button> : null}
            <Button look="quiet" onPress={() => setDismissed(true)}>
              Close
            </Button>
          </div>
        </Notice>
      ) : null}
    </>
  );
}
