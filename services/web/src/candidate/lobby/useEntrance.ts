import { useEffect, useRef, useState } from 'react';
import { Problem } from '../../api/problem';
import { type Interview, messageOf, type Session } from '../interview';
import type { Way } from '../journey';

type Options = {
  interview: Interview;
  session: Session;
  /** What has to be ready for a way; false: it is not, and the candidate sees why. */
  prepare: (way: Way) => Promise<boolean>;
  onReady: (way: Way) => void;
  onEnd: () => void;
};

export type Entrance = {
  needsConsent: boolean;
  hasAgreed: boolean;
  agree: (hasAgreed: boolean) => void;
  /** How often they wanted to go in, and had not agreed. */
  missing: number;
  /** Which way they are about to go; null: they have not said. */
  way: Way | null;
  /** What is in the way. */
  trouble: string | null;
  enter: (way: Way) => Promise<void>;
};

/** The way into the interview: the consent, where it is required, then what the way needs. */
export function useEntrance({ interview, session, prepare, onReady, onEnd }: Options): Entrance {
  const needsConsent = session.consent.required && session.consent.given_at === null;
  const [hasAgreed, setAgreed] = useState(false);
  const [missing, setMissing] = useState(0);
  const [way, setWay] = useState<Way | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const going = useRef<AbortController | null>(null);
  useEffect(() => () => going.current?.abort(), []);

  async function enter(wanted: Way): Promise<void> {
    if (wanted === way) return; // they are on their way
    setTrouble(null);
    if (needsConsent && !hasAgreed) {
      setMissing((times) => times + 1);
      return;
    }
    going.current?.abort();
    const { signal } = (going.current = new AbortController());
    setWay(wanted);
    try {
      if (!(await prepare(wanted))) return;
      if (needsConsent)
        await interview.consent({ signal, onWaiting: (problem) => setTrouble(messageOf(problem)) });
      if (!signal.aborted) onReady(wanted);
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof Problem && error.type === 'interview_ended') onEnd();
      else setTrouble(messageOf(error));
    } finally {
      if (!signal.aborted) setWay(null);
    }
  }

  return { needsConsent, hasAgreed, agree: setAgreed, missing, way, trouble, enter };
}
