import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link2, RefreshCw, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { ok } from '../../api/client';
import { Button } from '../../ui/controls';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { Spinner } from '../../ui/Spinner';
import { type Details, door, interview, LISTS } from '../api';
import { nameOf } from '../format';
import { Failed } from '../parts/Failed';
import css from './Actions.module.css';
import { ExportMenu } from './ExportMenu';
import { saveExport } from './exports';
import { NewLink } from './NewLink';

/** What a recruiter may do with an interview. */
export function Actions({ details }: { details: Details }) {
  const id = details.session_id;
  const params = { path: { session_id: id } };
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [isDeleting, setDeleting] = useState(false);
  const [isInviting, setInviting] = useState(false);

  const save = useMutation({
    mutationFn: (format: Parameters<typeof saveExport>[1]) => saveExport(id, format),
  });
  const rescore = useMutation({
    mutationFn: () => ok(door.POST('/interviews/{session_id}/rescore', { params })),
    onSuccess: () => queries.invalidateQueries(interview(id)),
  });
  const erase = useMutation({
    mutationFn: () => ok(door.DELETE('/interviews/{session_id}', { params })),
    onSuccess: async () => {
      await navigate('/recruiter');
      queries.removeQueries(interview(id));
      await queries.invalidateQueries({ queryKey: LISTS });
    },
  });
  const failed = [save, rescore, erase].find(({ error }) => error)?.error;
  const isScored = details.is_final && details.scores.length > 0;
  return (
    <div className={css.actions}>
      <div className={css.buttons}>
        {details.status === 'ended' ? null : (
          <Button onPress={() => setInviting(true)}>
            <Link2 aria-hidden size={18} />
            New link
          </Button>
        )}
        <ExportMenu isPending={save.isPending} onExport={(format) => save.mutate(format)} />
        {isScored ? (
          <Button
            isDisabled={details.rescoring}
            isPending={rescore.isPending}
            onPress={() => rescore.mutate()}
          >
            <RefreshCw aria-hidden size={18} />
            Score again
          </Button>
        ) : null}
        <Button onPress={() => setDeleting(!erase.isPending)}>
          <Trash2 aria-hidden size={18} />
          {erase.isPending ? 'Deleting …' : 'Delete'}
        </Button>
      </div>
      {details.rescoring ? <Spinner label="The answers are being scored again" /> : null}
      {rescore.isSuccess && !details.rescoring ? (
        <p role="status">The answers have been scored again.</p>
      ) : null}
      {failed ? <Failed error={failed} /> : null}
      <NewLink id={id} isOpen={isInviting} onClose={() => setInviting(false)} />
      <ConfirmDialog
        isOpen={isDeleting}
        title={`Delete the interview of ${nameOf(details)}?`}
        action="Delete"
        isDangerous
        onCancel={() => setDeleting(false)}
        onConfirm={() => {
          setDeleting(false);
          erase.mutate();
        }}
      >
        <p>
          The transcript, the scores and the report are removed for good, and the candidate’s link opens
          nothing any more.
          {details.status === 'running' ? ' The interview is under way: it breaks off.' : ''} This cannot be
          undone. The audit log keeps who did it, and nothing that was said.
        </p>
      </ConfirmDialog>
    </div>
  );
}
