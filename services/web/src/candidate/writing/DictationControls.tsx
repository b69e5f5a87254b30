import { Mic, Square } from 'lucide-react';
import { useEffect } from 'react';
import { Button } from '../../ui/controls';
import { clock } from '../../ui/clock';
import { Notice } from '../../ui/Notice';
import { useNow } from '../../ui/useNow';
import { MediaProblemNotice } from '../lobby/MediaProblemNotice';
import { mediaDevices } from '../lobby/useDevices';
import { useMicrophoneLevel } from '../lobby/useMicrophoneLevel';
import { MAX_S } from './dictated';
import css from './DictationControls.module.css';
import type { Dictation, useDictation } from './useDictation';

/** Old browsers record nothing, and none does on a page that was not opened by https. */
export const canDictate = mediaDevices !== undefined && 'MediaRecorder' in window;

type Props = Omit<ReturnType<typeof useDictation>, 'retry'>;

/** One button that begins and ends a dictation, so that the focus stays on it; Escape cancels. */
export function DictationControls({ dictation, start, stop, cancel }: Props) {
  const { state } = dictation;
  const isWaiting = state === 'asking' || state === 'transcribing';
  const isAtWork = isWaiting || state === 'recording';

  useEffect(() => {
    if (!isAtWork) return;
    const onKeyDown = ({ key }: KeyboardEvent) => {
      if (key === 'Escape') cancel();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, [isAtWork, cancel]);

  return (
    <>
      <Button look="quiet" isPending={isWaiting} onPress={state === 'recording' ? stop : start}>
        {state === 'recording' ? (
          <Square aria-hidden size={18} className={css.stop} />
        ) : (
          <Mic aria-hidden size={18} />
        )}
        {labelOf(state)}
      </Button>
      {dictation.state === 'recording' ? (
        <Recording stream={dictation.stream} since={dictation.since} />
      ) : null}
      {isAtWork ? (
        <Button look="quiet" onPress={cancel}>
          Cancel
        </Button>
      ) : null}
      <span role="status" className="visually-hidden">
        {announcementOf(state)}
      </span>
    </>
  );
}

function labelOf(state: Dictation['state']): string {
  switch (state) {
    case 'asking':
      return 'Waiting for your browser';
    case 'recording':
      return 'Stop';
    case 'transcribing':
      return 'Writing it down';
    default:
      return 'Dictate';
  }
}

function announcementOf(state: Dictation['state']): string {
  switch (state) {
    case 'asking':
      return 'Your browser asks whether this page may use the microphone.';
    case 'recording':
      return 'Recording. Stop when you are done, or press Escape to cancel.';
    case 'transcribing':
      return 'Your words are being written down.';
    case 'done':
      return 'Your words are in the answer. Please read them before you send it.';
    default:
      return '';
  }
}

/** How loud it is, and how long it has been. */
function Recording({ stream, since }: { stream: MediaStream; since: number }) {
  const { level } = useMicrophoneLevel(stream);
  const now = useNow({ everyMs: 200 });
  const seconds = Math.min(MAX_S, Math.max(0, Math.floor((now - since) / 1000)));
  return (
    <span className={css.recording}>
      <span aria-hidden className={css.meter}>
        <span style={{ transform: `scaleX(${level})` }} />
      </span>
      <span role="timer" className={css.seconds}>
        {clock(seconds)} of {clock(MAX_S)}
      </span>
    </span>
  );
}

type TroubleProps = Pick<ReturnType<typeof useDictation>, 'dictation' | 'start' | 'retry'>;

/** Why a dictation came to nothing, and what to do. */
export function DictationTrouble({ dictation, start, retry }: TroubleProps) {
  switch (dictation.state) {
    case 'no_microphone':
      return <MediaProblemNotice kind="microphone" problem={dictation.problem} onRetry={start} />;
    case 'nothing_understood':
      return (
        <Notice kind="warning">
          <p>Nothing was understood. Speak close to the microphone and try again, or type your answer.</p>
        </Notice>
      );
    case 'failed':
      return (
        <Notice kind="warning">
          <p>{dictation.message} You can try again, or type your answer.</p>
          <Button onPress={retry}>Try again</Button>
        </Notice>
      );
    default:
      return null;
  }
}
