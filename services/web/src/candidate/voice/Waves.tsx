import type { RemoteAudioTrack } from 'livekit-client';
import { useRef } from 'react';
import type { Activity } from './interviewer';
import { mirrored } from './levels';
import { useLevels } from './useLevels';
import css from './Waves.module.css';

const BARS = [0, 1, 2, 3, 4, 5, 6];

/** The interviewer, seen: waves that move with the voice, and what they do without it by the stylesheet. */
export function Waves({ audio, activity }: { audio: RemoteAudioTrack | null; activity: Activity }) {
  const disc = useRef<HTMLDivElement>(null);
  useLevels(audio, (bands) => {
    const levels = mirrored(bands);
    disc.current?.style.setProperty('--level', String(Math.max(...bands)));
    disc.current?.querySelectorAll<HTMLElement>('span').forEach((bar, index) => {
      bar.style.setProperty('--level', String(levels[index] ?? 0));
    });
  });
  return (
    <div
      ref={disc}
      className={css.disc}
      data-activity={activity}
      data-heard={audio ? '' : undefined}
      aria-hidden
    >
      {BARS.map((bar) => (
        <span key={bar} className={css.bar} />
      ))}
    </div>
  );
}
