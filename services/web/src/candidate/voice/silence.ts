/** Whether anything at all comes from a microphone while the interviewer waits for an answer. */

/** A level (as of `levelOf`) below the quietest voice: a microphone that works is louder now and then. */
const SOUND = 0.1;
const SILENT_AFTER_MS = 10_000;
/** Who has been heard may be thinking. */
const SILENT_AGAIN_AFTER_MS = 40_000;

export type Silence = { quietMs: number; wasHeard: boolean };

export const NO_SILENCE: Silence = { quietMs: 0, wasHeard: false };

/** What is known after `ms` more of a level; they count while an answer is awaited. */
export function listen(before: Silence, level: number, ms: number, isAwaited: boolean): Silence {
  if (level >= SOUND) return { quietMs: 0, wasHeard: true };
  return isAwaited ? { ...before, quietMs: before.quietMs + ms } : before;
}

export function isSilent({ quietMs, wasHeard }: Silence): boolean {
  return quietMs >= (wasHeard ? SILENT_AGAIN_AFTER_MS : SILENT_AFTER_MS);
}
