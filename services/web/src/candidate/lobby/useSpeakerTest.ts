import { useCallback, useEffect, useRef, useState } from 'react';

export type SpeakerTest = 'untested' | 'playing' | 'played' | 'failed';

/** Two notes of a bell: hertz, and seconds from the beginning. */
const NOTES = [
  [659.3, 0],
  [880, 0.22],
] as const;
const LENGTH_S = 1.4;

/** Whether the page may say through which speaker it plays. */
export const canChooseSpeaker = 'setSinkId' in HTMLMediaElement.prototype;

/** Plays a chime through a speaker, of which null is the browser's choice. */
export function useSpeakerTest(): {
  state: SpeakerTest;
  play: (speaker: string | null) => void;
  reset: () => void;
} {
  const [state, setState] = useState<SpeakerTest>('untested');
  const playing = useRef<AbortController | null>(null);

  const reset = useCallback(() => {
    playing.current?.abort();
    setState('untested');
  }, []);

  const play = useCallback((speaker: string | null) => {
    playing.current?.abort();
    const { signal } = (playing.current = new AbortController());
    const done = (state: SpeakerTest) => {
      if (!signal.aborted) setState(state);
    };
    setState('playing');
    void chime(speaker, signal).then(
      () => done('played'),
      () => done('failed'),
    );
  }, []);

  useEffect(() => () => playing.current?.abort(), []);

  return { state, play, reset };
}

/** Resolves once it was played, or the signal came. Rejects if the speaker is not there, or may not be used. */
async function chime(speaker: string | null, signal: AbortSignal): Promise<void> {
  const context = new AudioContext();
  try {
    await context.resume();
    // All browsers can send an element to a speaker, only some a context.
    const element = canChooseSpeaker && speaker ? new Audio() : null;
    const stream = element && context.createMediaStreamDestination();
    if (element && stream && speaker) {
      element.srcObject = stream.stream;
      await element.setSinkId(speaker);
      await element.play();
    }
    const start = context.currentTime + 0.05;
    for (const [frequency, at] of NOTES) ring(context, stream ?? context.destination, frequency, start + at);
    await new Promise<void>((resolve) => {
      setTimeout(resolve, LENGTH_S * 1000);
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    element?.pause();
  } finally {
    await context.close();
  }
}

function ring(context: AudioContext, to: AudioNode, frequency: number, at: number): void {
  const tone = new OscillatorNode(context, { frequency });
  const gain = new GainNode(context, { gain: 0 });
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(0.35, at + 0.02);
  gain.gain.exponentialRampToValueAtTime(0.001, at + 1);
  tone.connect(gain).connect(to);
  tone.start(at);
  tone.stop(at + 1.05);
}
