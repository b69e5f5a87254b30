import { Mail } from 'lucide-react';
import type { Schemas } from '../../api/client';
import { Card } from '../../ui/Card';
import { Button } from '../../ui/controls';
import { LinkButton } from '../../ui/LinkButton';
import { PageTitle } from '../../ui/PageTitle';
import { moment } from '../format';
import { CopyField } from '../parts/CopyField';
import css from './Invited.module.css';

type Props = {
  invited: Schemas['InvitedCandidate'];
  candidateName: string | null;
  onAnother: () => void;
};

/** The interview is there: its link, and what to do with it. */
export function Invited({ invited, candidateName, onAnother }: Props) {
  const who = candidateName ?? 'the candidate';
  return (
    <>
      <PageTitle title="The interview is ready">Send this link to {who}: it opens the interview.</PageTitle>
      <Card>
        <InviteLink invited={invited} />
        <a className={css.mail} href={mailOf(invited.invite_url)}>
          <Mail aria-hidden size={18} />
          Write an email with the link
        </a>
      </Card>
      <div className={css.ways}>
        <LinkButton to={`/recruiter/interviews/${encodeURIComponent(invited.session_id)}`}>
          Go to the interview
        </LinkButton>
        <Button onPress={onAnother}>Create another</Button>
      </div>
    </>
  );
}

/** A link to an interview, with what is to be known of it. */
export function InviteLink({ invited }: { invited: Schemas['InvitedCandidate'] }) {
  return (
    <CopyField
      label="Link for the candidate"
      value={invited.invite_url}
      description={`Good until ${moment(invited.expires_at)}. Whoever has it can hold the interview, so send it to nobody else.`}
    />
  );
}

function mailOf(link: string): string {
  const subject = encodeURIComponent('Your interview');
  const body = encodeURIComponent(
    `Hello,\n\nplease open this link in your browser to hold your interview, whenever it suits you:\n\n${link}\n`,
  );
  return `mailto:?subject=${subject}&body=${body}`;
}
