import { lazy, type ReactNode, Suspense } from 'react';
import { Notice } from '../ui/Notice';
import { Shell } from '../ui/Shell';
import { Spinner } from '../ui/Spinner';
import { Afterwards } from './afterwards/Afterwards';
import { Lobby } from './lobby/Lobby';
import { NoLink, Refused } from './setup/Closed';
import { SetUp } from './setup/SetUp';
import { useJourney } from './useJourney';
import { Writing } from './writing/Writing';

// Who reads the lobby does not wait for the room's code; it comes meanwhile.
const loadRoom = () => import('./voice/VoiceRoom');
const VoiceRoom = lazy(loadRoom);
const RoomByHand = lazy(() => import('./voice/RoomByHand'));

/** The candidate's page: one address, from the link to what happens after the interview. */
export function CandidatePage() {
  const journey = useJourney();
  const { place, interview, session } = journey;

  if (place === 'no_link') return <NoLink />;
  if (place === 'refused') return <Refused why={journey.refusal} />;
  if (place === 'set_up') {
    return (
      <SetUp isLocal={journey.isLocal} onCreated={journey.openInvite} onJoinByHand={journey.joinByHand} />
    );
  }
  if (place === 'by_hand' && journey.byHand) {
    return (
      <Suspense fallback={<Opening what="the room" />}>
        <RoomByHand connection={journey.byHand} onLeave={journey.leave} />
      </Suspense>
    );
  }
  if (place === 'opening' || !interview || !session) {
    return (
      <Opening what="your interview">
        {journey.waiting ? <Notice kind="warning">{journey.waiting} We keep trying.</Notice> : null}
      </Opening>
    );
  }
  switch (place) {
    case 'lobby':
      return (
        <Lobby
          interview={interview}
          session={session}
          choice={journey.choice}
          preload={loadRoom}
          onEnter={journey.enter}
          onEnd={journey.end}
        />
      );
    case 'voice':
      return (
        <Suspense fallback={<Opening what="the room" />}>
          <VoiceRoom
            interview={interview}
            session={session}
            choice={journey.choice}
            onChoose={journey.choose}
            onWriting={journey.goOnInWriting}
            onLeave={journey.leave}
            onEnd={journey.end}
          />
        </Suspense>
      );
    case 'writing':
      return (
        <Writing
          interview={interview}
          session={session}
          choice={journey.choice}
          isFromVoice={journey.isFromVoice}
          onSpeak={journey.goOnByVoice}
          onLeave={journey.leave}
          onEnd={journey.end}
        />
      );
    case 'afterwards':
      return <Afterwards interview={interview} session={session} />;
  }
}

function Opening({ what, children }: { what: string; children?: ReactNode }) {
  return (
    <Shell>
      <h1 className="visually-hidden">One moment, please</h1>
      <Spinner label={`Opening ${what}`} />
      {children}
    </Shell>
  );
}
