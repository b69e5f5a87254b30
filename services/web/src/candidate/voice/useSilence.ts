import type { LocalAudioTrack } from 'livekit-client';
import { useEffect, useEffectEvent, useState } from 'react';
import { levelOf } from '../lobby/level';
import { analyse } from './analyse';
import { isSilent, listen, NO_SILENCE } from './silence';

const EVERY_MS = 100;

/** Whether nothing comes from a microphone, null: there is none, while an answer is awaited. */
export function useSilence(track: LocalAudioTrack | null, isAwaited: boolean): boolean {
  const [isQuiet, setQuiet] = useState(false);
  const hear = useEffectEvent((before: typeof NO_SILENCE, level: number) => {
    const now = listen(before, level, EVERY_MS, isAwaited);
    setQuiet(isSilent(now));
    return now;
  });

  useEffect(() => {
    if (!track) return;
    return analyse(track, { fftSize: 2048 }, (analyser) => {
      const { context } = analyser;
      const samples = new Float32Array(analyser.fftSize);
      let silence = NO_SILENCE;
      const timer = setInterval(() => {
        if (context.state !== 'running') return; // everything is silent to it
        analyser.getFloatTimeDomainData(samples);
        silence = hear(silence, levelOf(samples));
      }, EVERY_MS);
      return () => clearInterval(timer);
    });
  }, [track]);

  return track !== null && isQuiet;
}
