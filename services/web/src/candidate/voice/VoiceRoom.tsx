import { useEffect, useMemo, useState } from 'react';
import { Shell } from '../../ui/Shell';
import { Spinner } from '../../ui/Spinner';
import type { Choice } from '../choice';
import type { Interview, Session } from '../interview';
import type { Door, Standing } from './call';
import { CallRoom } from './CallRoom';
import { earlierLines } from './conversation';

type Props = {
  interview: Interview;
  session: Session;
  choice: Choice;
  /** The candidate, or what failed, wants to go on in writing. */
  onWriting: () => void;
  onChoose: (part: Partial<Choice>) => void;
  onLeave: () => void;
  /** The interview has ended. */
  onEnd: () => void;
};

/** The interview by voice. */
export default function VoiceRoom({ interview, session: known, choice, ...then }: Props) {
  const [session, setSession] = useState<Session | null>(null);
  useEffect(() => {
    const leaving = new AbortController();
    // What was known may be older than what was written in text mode.
    interview.session(leaving.signal).then(setSession, () => {
      if (!leaving.signal.aborted) setSession(known);
    });
    return () => leaving.abort();
    // eslint-disable-next-line react-hooks/exhaustive-deps -- read once, as the room is entered
  }, [interview]);

  const door = useMemo(
    (): Door => ({
      connect: (signal) => interview.connection(choice.name || null, signal),
      standing: async (signal) => standingOf(await interview.session(signal)),
    }),
    [interview, choice.name],
  );

  if (!session) {
    return (
      <Shell width="full">
        <Spinner label="Opening the room" />
      </Shell>
    );
  }
  return (
    <CallRoom
      {...then}
      title={session.title}
      door={door}
      choice={choice}
      interviewId={interview.id}
      earlier={earlierLines(session.transcript)}
      before={session.progress}
    />
  );
}

function standingOf(session: Session): Standing {
  if (session.status === 'ended') return 'ended';
  return session.via === 'text' ? 'in_writing' : 'under_way';
}
