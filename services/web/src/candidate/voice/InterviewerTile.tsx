import { VolumeX } from 'lucide-react';
import { Button } from '../../ui/controls';
import type { Activity } from './interviewer';
import type { Interviewer } from './useInterviewer';
import { Waves } from './Waves';
import css from './tiles.module.css';

const WORDS: Record<Activity, string> = {
  joining: 'The interviewer is joining…',
  listening: 'Listening',
  thinking: 'Thinking…',
  speaking: 'Speaking',
};

type Props = {
  interviewer: Interviewer;
  /** The page itself is in the room. */
  isConnected: boolean;
  isMicrophoneOn: boolean;
  /** The browser plays no sound before somebody asks for it. */
  onEnableAudio: (() => void) | null;
};

export function InterviewerTile({ interviewer, isConnected, isMicrophoneOn, onEnableAudio }: Props) {
  const activity = isConnected ? interviewer.activity : 'joining';
  return (
    <section aria-label="Interviewer" className={css.interviewer} data-activity={activity}>
      <Waves audio={onEnableAudio ? null : interviewer.audio} activity={activity} />
      <p className={css.activity}>{isConnected ? WORDS[activity] : 'Connecting…'}</p>
      {activity === 'listening' && !isMicrophoneOn ? (
        <p className={css.hint}>Your microphone is off.</p>
      ) : null}
      {onEnableAudio ? (
        <Button look="primary" onPress={onEnableAudio}>
          <VolumeX aria-hidden size={20} />
          Enable audio
        </Button>
      ) : null}
    </section>
  );
}
