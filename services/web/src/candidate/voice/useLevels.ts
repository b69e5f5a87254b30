import type { LocalAudioTrack, RemoteAudioTrack } from 'livekit-client';
import { useEffect, useEffectEvent } from 'react';
import { analyse } from './analyse';
import { bandsOf } from './levels';

const ANALYSER = { fftSize: 512, smoothingTimeConstant: 0.7, minDecibels: -85, maxDecibels: -30 };

/** Tell a track's levels, in bands from 0 to 1, with each frame that the browser paints. React is not asked. */
export function useLevels(
  track: LocalAudioTrack | RemoteAudioTrack | null,
  onLevels: (bands: number[]) => void,
): void {
  const tell = useEffectEvent(onLevels);
  useEffect(() => {
    if (!track) return;
    return analyse(track, ANALYSER, (analyser) => {
      const bins = new Uint8Array(analyser.frequencyBinCount);
      let frame = requestAnimationFrame(function look() {
        analyser.getByteFrequencyData(bins);
        tell(bandsOf(bins));
        frame = requestAnimationFrame(look);
      });
      return () => {
        cancelAnimationFrame(frame);
        tell(bandsOf(new Uint8Array(bins.length)));
      };
    });
  }, [track]);
}
