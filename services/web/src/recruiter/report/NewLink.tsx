import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { ok } from '../../api/client';
import { Button, Select } from '../../ui/controls';
import { ModalDialog } from '../../ui/ModalDialog';
import { door } from '../api';
import { secondsOf, VALIDITIES } from '../create/draft';
import { InviteLink } from '../create/Invited';
import { Failed } from '../parts/Failed';

type Props = { id: string; isOpen: boolean; onClose: () => void };

/** Makes another link to an interview. */
export function NewLink({ id, isOpen, onClose }: Props) {
  const [days, setDays] = useState('7');
  const invite = useMutation({
    mutationFn: () =>
      ok(
        door.POST('/interviews/{session_id}/invite', {
          params: { path: { session_id: id } },
          body: { invite_ttl_s: secondsOf(Number(days)) },
        }),
      ),
  });
  const close = () => {
    onClose();
    invite.reset();
  };
  return (
    <ModalDialog
      isOpen={isOpen}
      title="Another link for the candidate"
      onClose={close}
      buttons={
        <>
          <Button onPress={close}>{invite.data ? 'Done' : 'Cancel'}</Button>
          {invite.data ? null : (
            <Button look="primary" onPress={() => (invite.isPending ? undefined : invite.mutate())}>
              {invite.isPending ? 'Making it …' : 'Make the link'}
            </Button>
          )}
        </>
      }
    >
      {invite.data ? (
        <InviteLink invited={invite.data} />
      ) : (
        <>
          <p>Links that you sent before stay good until they expire.</p>
          <Select label="The link is good for" choices={VALIDITIES} value={days} onChange={setDays} />
        </>
      )}
      {invite.error ? <Failed error={invite.error} /> : null}
    </ModalDialog>
  );
}
