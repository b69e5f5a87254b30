import { useEffect, useState } from 'react';
import { hear, levelOf, NOTHING_YET, type Verdict } from './level';

const EVERY_MS = 60;

/** How loud a microphone is just now, 0 to 1, and whether anything was heard since it was opened. */
export function useMicrophoneLevel(stream: MediaStream): { level: number; verdict: Verdict } {
  const [now, setNow] = useState({ level: 0, hearing: NOTHING_YET });

  useEffect(() => {
    const context = new AudioContext();
    const analyser = context.createAnalyser();
    analyser.fftSize = 2048;
    context.createMediaStreamSource(stream).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    const timer = setInterval(() => {
      if (context.state !== 'running') return void context.resume();
      analyser.getFloatTimeDomainData(samples);
      const level = levelOf(samples);
      setNow(({ hearing }) => ({ level, hearing: hear(hearing, level, EVERY_MS) }));
    }, EVERY_MS);
    return () => {
      clearInterval(timer);
      void context.close();
    };
  }, [stream]);

  return { level: now.level, verdict: now.hearing.verdict };
}
