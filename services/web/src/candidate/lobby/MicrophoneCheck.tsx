import { Mic } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { Button, Select } from '../../ui/controls';
import { chosenOf, type Device } from './devices';
import type { Verdict } from './level';
import css from './Lobby.module.css';
import { MediaProblemNotice } from './MediaProblemNotice';
import type { Capture } from './useCapture';
import { useMicrophoneLevel } from './useMicrophoneLevel';

type Props = {
  capture: Capture;
  microphones: readonly Device[];
  wish: string | null;
  onChoose: (id: string) => void;
  onCheck: () => void;
  onWriting: () => void;
};

/** Whether the interviewer will hear the candidate. */
export function MicrophoneCheck(props: Props) {
  const { state } = props.capture;
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // The button that was pressed may be gone; and what failed may be far above the one that starts.
    const hasLostFocus = document.activeElement === document.body;
    if (state === 'failed' || (state === 'on' && hasLostFocus)) place.current?.focus();
  }, [state]);
  return (
    <div ref={place} role="group" aria-label="Microphone check" tabIndex={-1} className={css.check}>
      <Content {...props} />
    </div>
  );
}

function Content({ capture, microphones, wish, onChoose, onCheck, onWriting }: Props) {
  if (capture.state === 'failed' && capture.problem) {
    const { problem } = capture;
    return <MediaProblemNotice kind="microphone" problem={problem} onRetry={onCheck} onWriting={onWriting} />;
  }
  if (!capture.stream) {
    return (
      <>
        <p>
          The interviewer talks with you, so it needs to hear you. Your browser will ask whether this page may
          use the microphone: please choose “Allow”. Nothing is sent to anybody before you start.
        </p>
        <div className={css.buttons}>
          <Button onPress={capture.state === 'off' ? onCheck : undefined}>
            <Mic aria-hidden size={18} />
            {capture.state === 'asking' ? 'Waiting for your browser' : 'Check microphone'}
          </Button>
        </div>
      </>
    );
  }
  return (
    <>
      <Select
        label="Microphone"
        choices={microphones}
        value={chosenOf(microphones, wish, capture.deviceId)}
        onChange={onChoose}
      />
      <Level stream={capture.stream} />
    </>
  );
}

const VERDICTS: Record<Verdict, string> = {
  listening: 'Say a few words…',
  heard: 'We can hear you.',
  silent:
    'We hear nothing: say a few words. Is the microphone switched off or muted? You can choose another one above.',
};

function Level({ stream }: { stream: MediaStream }) {
  const { level, verdict } = useMicrophoneLevel(stream);
  return (
    <div className={css.level}>
      <div
        role="meter"
        aria-label="Loudness"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(level * 10) * 10}
        className={css.meter}
      >
        <span style={{ transform: `scaleX(${level})` }} />
      </div>
      <p role="status" className={css[verdict]}>
        {VERDICTS[verdict]}
      </p>
    </div>
  );
}
