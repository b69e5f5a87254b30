import { useEffect, useState } from 'react';
import { frontDoor, persist } from '../../api/client';
import type { Scenario } from '../../brief/brief';
import { Card } from '../../ui/Card';
import { Fold } from '../../ui/Fold';
import { Notice } from '../../ui/Notice';
import { PageTitle } from '../../ui/PageTitle';
import { Shell } from '../../ui/Shell';
import { Spinner } from '../../ui/Spinner';
import { type Connection, messageOf } from '../interview';
import { ByHandForm } from './ByHandForm';
import { InterviewForm } from './InterviewForm';

type Props = {
  isLocal: boolean;
  onCreated: (invite: string) => void;
  onJoinByHand: (connection: Connection) => void;
};

/** Where the front door stands open: an interview for whoever is here. */
export function SetUp({ isLocal, onCreated, onJoinByHand }: Props) {
  const { scenarios, trouble } = useScenarios();
  const [first, ...others] = scenarios ?? [];
  return (
    <Shell>
      <PageTitle title="Set up an interview">
        You talk with an AI interviewer, or answer it in writing. You see the notice and check your microphone
        before it begins.
      </PageTitle>
      {trouble ? <Notice kind="warning">{trouble}</Notice> : null}
      {scenarios === null && !trouble ? <Spinner label="Looking for interviews" /> : null}
      {scenarios?.length === 0 ? (
        <Notice kind="danger">
          There is no scenario that can be used. The front door’s log says what is wrong with those in the
          folder “scenarios”.
        </Notice>
      ) : null}
      {first ? (
        <Card>
          <InterviewForm scenarios={[first, ...others]} onCreated={onCreated} />
        </Card>
      ) : null}
      {isLocal ? (
        <Fold title="Join a LiveKit room by hand">
          <Card>
            <ByHandForm onJoin={onJoinByHand} />
          </Card>
        </Fold>
      ) : null}
    </Shell>
  );
}

function useScenarios(): { scenarios: Scenario[] | null; trouble: string | null } {
  const [scenarios, setScenarios] = useState<Scenario[] | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  useEffect(() => {
    const leaving = new AbortController();
    const { signal } = leaving;
    const onWaiting = (error: unknown) => setTrouble(messageOf(error));
    persist(() => frontDoor().GET('/scenarios', { signal }), { signal, onWaiting }).then(
      (found) => {
        setScenarios(found);
        setTrouble(null);
      },
      (error: unknown) => {
        if (!signal.aborted) setTrouble(messageOf(error));
      },
    );
    return () => leaving.abort();
  }, []);
  return { scenarios, trouble };
}
