import { Notice } from '../../ui/Notice';
import { PageTitle } from '../../ui/PageTitle';
import { Shell } from '../../ui/Shell';

/** Somebody came without a link where one is needed. */
export function NoLink() {
  return (
    <Shell>
      <PageTitle title="Welcome to Viva">Job interviews by voice, with an AI interviewer.</PageTitle>
      <Notice>
        <p>To hold an interview, open the link that you were sent. If you have none, ask who invited you.</p>
        <p>
          Do you invite candidates? <a href="/recruiter">Go to the recruiters’ page</a>.
        </p>
      </Notice>
    </Shell>
  );
}

/** The link is not valid, or its interview is not there any more. */
export function Refused({ why }: { why: string }) {
  return (
    <Shell>
      <PageTitle title="This link does not open an interview" />
      <Notice kind="danger">
        <p>{why}</p>
      </Notice>
    </Shell>
  );
}
