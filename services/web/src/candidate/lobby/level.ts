/** How loud a microphone is, and whether somebody speaks into it. */

const FLOOR_DB = -60;
const CEILING_DB = -12;
/** Above the noise of a quiet room, below a quiet voice. */
const VOICE = 0.3;
const HEARD_AFTER_MS = 250;
const SILENT_AFTER_MS = 5000;

/** Loudness (RMS) of samples in -1 to 1, as 0 (nothing) to 1 (very loud), in equal steps of decibels. */
export function levelOf(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const decibels = 10 * Math.log10(sum / Math.max(1, samples.length));
  return Math.min(1, Math.max(0, (decibels - FLOOR_DB) / (CEILING_DB - FLOOR_DB)));
}

export type Verdict = 'listening' | 'heard' | 'silent';
export type Hearing = { verdict: Verdict; loudMs: number; totalMs: number };

export const NOTHING_YET: Hearing = { verdict: 'listening', loudMs: 0, totalMs: 0 };

/** What is known after `ms` more of a level: once heard stays heard, as nobody speaks all the time. */
export function hear(before: Hearing, level: number, ms: number): Hearing {
  if (before.verdict === 'heard') return before;
  const loudMs = before.loudMs + (level >= VOICE ? ms : 0);
  const totalMs = before.totalMs + ms;
  const isLong = totalMs >= SILENT_AFTER_MS;
  return { verdict: loudMs >= HEARD_AFTER_MS ? 'heard' : isLong ? 'silent' : 'listening', loudMs, totalMs };
}
