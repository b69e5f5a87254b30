import { lazy, Suspense } from 'react';
import { Notice } from '../ui/Notice';
import { Shell } from '../ui/Shell';
import { Spinner } from '../ui/Spinner';
import { Afterwards } from './afterwards/Afterwards';
import { Lobby } from './lobby/Lobby';
import { SetUp } from './setup/SetUp';
import { useJourney } from './useJourney';
import { Writing } from './writing/Writing';

// Who reads the lobby does not wait for the room's code; it comes meanwhile.
const loadRoom = () => import('./voice/VoiceRoom');
const VoiceRoom = lazy(loadRoom);

/** The candidate's page: one address, from the link to what happens after the interview. */
export function CandidatePage() {
  const journey = useJourney();
  const { place, interview, session } = journey;

  if (place === 'no_link') {
    return (
      <Shell>
        <h1>Welcome to Viva</h1>
        <Notice>
          <p>
            To hold an interview, open the link that you were sent. If you have none, ask who invited you.
          </p>
          <p>
            Do you invite candidates? <a href="/recruiter">Go to the recruiters’ page</a>.
          </p>
        </Notice>
      </Shell>
    );
  }
  if (place === 'refused') {
    return (
      <Shell>
        <h1>This link does not open an interview</h1>
        <Notice kind="danger">{journey.refusal}</Notice>
      </Shell>
    );
  }
  if (place === 'set_up') return <SetUp isLocal={journey.isLocal} onCreated={journey.openInvite} />;
  if (place === 'opening' || !interview || !session) {
    return (
      <Shell>
        <Spinner label="Opening your interview" />
      </Shell>
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
        <Suspense
          fallback={
            <Shell width="wide">
              <Spinner label="Opening the room" />
            </Shell>
          }
        >
          <VoiceRoom
            interview={interview}
            session={session}
            choice={journey.choice}
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
