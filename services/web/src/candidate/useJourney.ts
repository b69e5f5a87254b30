import { useCallback, useEffect, useState } from 'react';
import { frontDoor, persist } from '../api/client';
import { Problem } from '../api/problem';
import { type Choice, storeChoice, storedChoice, storedWay, storeWay } from './choice';
import { forgetInvite, Interview, keepInvite, messageOf, type Session, takeInvite } from './interview';
import { after, firstStep, type Place, type Step, type Way } from './journey';

type Found = {
  place: Place;
  interview: Interview | null;
  /** As it was read last; what follows events has a newer one. */
  session: Session | null;
  refusal: string;
  isLocal: boolean;
  /** In writing, and by voice until a moment ago: the room has to be left. */
  isFromVoice: boolean;
  choice: Choice;
};

export type Journey = Found & {
  openInvite: (invite: string) => void;
  enter: (way: Way, choice: Choice) => void;
  goOnInWriting: () => void;
  goOnByVoice: () => void;
  leave: () => void;
  end: () => void;
};

/** The candidate's way through the page; opens what the address says. */
export function useJourney(): Journey {
  const [invite, setInvite] = useState(takeInvite);
  const [found, setFound] = useState<Found>(() => ({
    place: 'opening',
    interview: null,
    session: null,
    refusal: '',
    isLocal: false,
    isFromVoice: false,
    choice: storedChoice(),
  }));

  const take = useCallback((step: Step, more: Partial<Found> = {}) => {
    setFound((now) => {
      const place = after(now.place, step);
      return place ? { ...now, ...more, place } : now;
    });
  }, []);

  useEffect(() => {
    const leaving = new AbortController();
    void open(invite, leaving.signal).then(
      ([step, more]) => {
        if (!leaving.signal.aborted) take(step, more);
      },
      (error: unknown) => {
        if (!leaving.signal.aborted) take('link_refused', { refusal: messageOf(error) });
      },
    );
    return () => leaving.abort();
  }, [invite, take]);

  const { interview } = found;
  const id = interview?.id;

  /** What happens next is decided by where the interview is now, not by when the page was opened. */
  const reread = useCallback(
    (step: Step) => {
      void interview?.session().then(
        (session) => take(session.status === 'ended' ? 'end' : step, { session }),
        () => take(step),
      );
    },
    [interview, take],
  );

  return {
    ...found,
    openInvite: (created) => {
      keepInvite(created);
      setInvite(created);
    },
    enter: (way, choice) => {
      storeChoice(choice);
      if (id) storeWay(id, way);
      take(way === 'voice' ? 'speak' : 'write', { choice, isFromVoice: found.session?.via === 'voice' });
    },
    goOnInWriting: () => {
      if (id) storeWay(id, 'writing');
      take('write', { isFromVoice: true });
    },
    goOnByVoice: () => {
      if (id) storeWay(id, 'voice');
      take('speak');
    },
    leave: () => {
      if (id) storeWay(id, null);
      reread('leave');
    },
    end: () => {
      if (id) storeWay(id, null);
      reread('end');
    },
  };
}

async function open(invite: string | null, signal: AbortSignal): Promise<[Step, Partial<Found>]> {
  if (invite === null) {
    const page = await persist(() => frontDoor().GET('/page', { signal }), { signal });
    return [page.open ? 'link_not_needed' : 'link_missing', { isLocal: page.local }];
  }
  try {
    const interview = await Interview.open(invite, signal);
    const path = { session_id: interview.id };
    const get = () => interview.api.GET('/interview/session/{session_id}', { params: { path }, signal });
    const session = await persist(get, { signal });
    const step = firstStep(session, storedWay(interview.id));
    return [step, { interview, session, isFromVoice: step === 'write' && session.via === 'voice' }];
  } catch (error) {
    if (error instanceof Problem) forgetInvite(); // or a reload would be refused again
    throw error;
  }
}
