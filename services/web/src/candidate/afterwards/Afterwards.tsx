import { Card } from '../../ui/Card';
import { Notice } from '../../ui/Notice';
import { PageTitle } from '../../ui/PageTitle';
import { Shell } from '../../ui/Shell';
import { Spinner } from '../../ui/Spinner';
import type { Interview, Session } from '../interview';
import { endingOf } from './ending';
import { ReportView } from './ReportView';
import { useReport } from './useReport';

type Props = { interview: Interview; session: Session };

/** The interview is over: what happens next, and the report, where the scenario shows it to the candidate. */
export function Afterwards({ interview, session }: Props) {
  const { title, text, isAnswered } = endingOf(session);
  const isShown = session.shows_scores && isAnswered;
  const { report, trouble } = useReport(interview, isShown);
  return (
    <Shell>
      <PageTitle title={title}>{[session.title, session.job_title].filter(Boolean).join(' · ')}</PageTitle>
      <p>
        {text} {isShown ? null : 'You can close this page.'}
      </p>
      {isAnswered ? (
        <Card title="What happens next">
          <p lang={session.language}>{session.next_steps}</p>
        </Card>
      ) : null}
      {trouble ? <Notice kind="warning">Your report could not be opened. {trouble}</Notice> : null}
      {isShown && !report && !trouble ? (
        <div>
          <Spinner label="Your report is being written" />
          <p>It takes a minute at most. You can also close this page, and open your link again later.</p>
        </div>
      ) : null}
      {report ? <ReportView report={report} language={session.language} /> : null}
    </Shell>
  );
}
