import { useCallback, useEffect, useState } from 'react';
import { frontDoor, type Patience, persist } from '../api/client';
import { Problem } from '../api/problem';
import { type Choice, storeChoice, storedChoice, storedWay, storeWay } from './choice';
import {
  type Connection,
  forgetInvite,
  Interview,
  keepInvite,
  refusalOf,
  messageOf,
  type Session,
  takeInvite,
} from './interview';
import { after, firstStep, type Place, type Step, type Way } from './journey';

type Found = {
  place: Place;
  interview: Interview | null;
  /** As it was read last; what follows events has a newer one. */
  session: Session | null;
  refusal: string;
  /** What the opening waits for. */
  waiting: string | null;
  isLocal: boolean;
  /** The room that was named by hand. */
  byHand: Connection | null;
  /** In writing, and by voice until a moment ago: the room has to be left. */
  isFromVoice: boolean;
  choice: Choice;
};

export type Journey = Found & {
  openInvite: (invite: string) => void;
  joinByHand: (connection: Connection) => void;
  enter: (way: Way, choice: Choice) => void;
  choose: (part: Partial<Choice>) => void;
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
    waiting: null,
    isLocal: false,
    byHand: null,
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
    const { signal } = leaving;
    const onWaiting = (problem: Problem) => setFound((now) => ({ ...now, waiting: messageOf(problem) }));
    void open(invite, { signal, onWaiting }).then(
      ([step, more]) => {
        if (!signal.aborted) take(step, more);
      },
      (error: unknown) => {
        if (!signal.aborted) take('link_refused', { refusal: refusalOf(error) });
      },
    );
    return () => leaving.abort();
  }, [invite, take]);

  const { interview } = found;
  const id = interview?.id;

  /** Where the interview is now, not when the page was opened; null: nobody says. */
  const look = async () => (interview ? interview.session().catch(() => null) : null);

  return {
    ...found,
    openInvite: (created) => {
      keepInvite(created);
      setInvite(created);
    },
    joinByHand: (byHand) => take('join_by_hand', { byHand }),
    enter: (way, choice) => {
      storeChoice(choice);
      if (id) storeWay(id, way);
      take(way === 'voice' ? 'speak' : 'write', { choice, isFromVoice: found.session?.via === 'voice' });
    },
    choose: (part) => {
      const choice = { ...found.choice, ...part };
      storeChoice(choice);
      setFound((now) => ({ ...now, choice }));
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
      take('leave'); // at once: who leaves is not heard any more
      void look().then((session) => {
        if (session?.status === 'ended') take('end', { session });
        else if (session) setFound((now) => ({ ...now, session }));
      });
    },
    end: () => {
      if (id) storeWay(id, null);
      void look().then((session) => take('end', session ? { session } : {}));
    },
  };
}

async function open(invite: string | null, patience: Patience): Promise<[Step, Partial<Found>]> {
  const { signal } = patience;
  if (invite === null) {
    const page = await persist(() => frontDoor().GET('/page', { signal }), patience);
    return [page.open ? 'link_not_needed' : 'link_missing', { isLocal: page.local }];
  }
  try {
    const interview = await Interview.open(invite, patience);
    const path = { session_id: interview.id };
    const get = () => interview.api.GET('/interview/session/{session_id}', { params: { path }, signal });
    const session = await persist(get, patience);
    const step = firstStep(session, storedWay(interview.id));
    return [step, { interview, session, isFromVoice: step === 'write' && session.via === 'voice' }];
  } catch (error) {
    if (error instanceof Problem) forgetInvite(); // or a reload would be refused again
    throw error;
  }
}
