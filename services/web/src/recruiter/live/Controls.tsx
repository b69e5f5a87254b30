import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Headphones } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { ok } from '../../api/client';
import { Card } from '../../ui/Card';
import { Button } from '../../ui/controls';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { Spinner } from '../../ui/Spinner';
import { course, type Details, door, type Session } from '../api';
import { Failed } from '../parts/Failed';
import css from './Controls.module.css';
import { Nudge } from './Nudge';

// The room's code is for who listens.
const Listening = lazy(() => import('./Listening'));

/** What a recruiter may do while it goes on. */
export function Controls({ session, nudges }: { session: Session; nudges: Details['nudges'] }) {
  return (
    <div className={css.controls}>
      <Card title="Listen in">
        <ListenIn session={session} />
      </Card>
      <Card title="Note to the interviewer">
        <Nudge id={session.session_id} sent={nudges} />
      </Card>
      <Card title="End the interview">
        <End id={session.session_id} />
      </Card>
    </div>
  );
}

function ListenIn({ session }: { session: Session }) {
  const [isListening, setListening] = useState(false);
  if (session.via !== 'voice' && !isListening) {
    const why = session.via === 'text' ? 'The candidate takes part in writing' : 'The candidate is not there';
    return <p className={css.muted}>{why}: there is nothing to hear.</p>;
  }
  if (isListening) {
    return (
      <Suspense fallback={<Spinner label="Opening the room" />}>
        <Listening id={session.session_id} onLeave={() => setListening(false)} />
      </Suspense>
    );
  }
  return (
    <>
      <p className={css.muted}>You hear both sides. Nobody sees or hears you.</p>
      <Button onPress={() => setListening(true)}>
        <Headphones aria-hidden size={18} />
        Listen in
      </Button>
    </>
  );
}

function End({ id }: { id: string }) {
  const queries = useQueryClient();
  const [isAsking, setAsking] = useState(false);
  const end = useMutation({
    mutationFn: () => ok(door.POST('/interviews/{session_id}/end', { params: { path: { session_id: id } } })),
    onSuccess: () => queries.invalidateQueries(course(id)),
  });
  return (
    <>
      {end.isSuccess ? (
        <p role="status">The interviewer ends the interview.</p>
      ) : (
        <>
          <p className={css.muted}>
            Whatever is left is not asked any more. The report is written all the same.
          </p>
          <Button look="danger" onPress={() => setAsking(!end.isPending)}>
            {end.isPending ? 'Ending it …' : 'End the interview'}
          </Button>
        </>
      )}
      {end.error ? <Failed error={end.error} /> : null}
      <ConfirmDialog
        isOpen={isAsking}
        title="End the interview now?"
        action="End the interview"
        isDangerous
        onCancel={() => setAsking(false)}
        onConfirm={() => {
          setAsking(false);
          end.mutate();
        }}
      >
        <p>The interviewer stops, and the candidate cannot go on with it. This cannot be undone.</p>
      </ConfirmDialog>
    </>
  );
}
