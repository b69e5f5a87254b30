import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Form } from 'react-aria-components';
import { idempotencyKey, ok } from '../../api/client';
import { Button, TextField } from '../../ui/controls';
import { type Details, door, interview } from '../api';
import { Failed } from '../parts/Failed';
import css from './Controls.module.css';

const LONGEST = 500;
const TIME = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short' });

type Props = { id: string; sent: Details['nudges'] };

/** Tells the interviewer what to work in. The candidate does not hear of it. */
export function Nudge({ id, sent }: Props) {
  const queries = useQueryClient();
  const [note, setNote] = useState('');
  // Of one note: sent again after a failure, it counts once.
  const [key, setKey] = useState(idempotencyKey);
  const nudge = useMutation({
    mutationFn: (body: { note: string }) =>
      ok(
        door.POST('/interviews/{session_id}/nudge', {
          params: { path: { session_id: id }, header: { 'Idempotency-Key': key } },
          body,
        }),
      ),
    onSuccess: () => {
      setNote('');
      setKey(idempotencyKey());
      return queries.invalidateQueries(interview(id));
    },
  });
  return (
    <>
      <Form
        className={css.form ?? ''}
        onSubmit={(event) => {
          event.preventDefault();
          if (note.trim() && !nudge.isPending) nudge.mutate({ note: note.trim() });
        }}
      >
        <TextField
          label="Note"
          description="The interviewer works it in when it next speaks, in its own words."
          placeholder="Ask about working in a team"
          lines={3}
          maxLength={LONGEST}
          value={note}
          onChange={(changed) => {
            setNote(changed);
            if (nudge.error) setKey(idempotencyKey()); // another note is another call
          }}
        />
        <Button type="submit" isDisabled={!note.trim()} isPending={nudge.isPending}>
          Send the note
        </Button>
      </Form>
      <p role="status" className={nudge.isSuccess ? css.muted : 'visually-hidden'}>
        {nudge.isSuccess ? 'Sent to the interviewer.' : null}
      </p>
      {nudge.error ? <Failed error={nudge.error} /> : null}
      {sent.length ? (
        <ul className={css.sent} aria-label="Notes that were sent">
          {sent.map(({ at, note: text }) => (
            <li key={at}>
              <time dateTime={at}>{TIME.format(new Date(at))}</time> {text}
            </li>
          ))}
        </ul>
      ) : null}
    </>
  );
}
