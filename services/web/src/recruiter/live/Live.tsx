import { useQuery } from '@tanstack/react-query';
import { useParams } from 'react-router';
import { LinkButton } from '../../ui/LinkButton';
import { Notice } from '../../ui/Notice';
import { PageTitle } from '../../ui/PageTitle';
import { interview, type Session } from '../api';
import { ending, nameOf, subjectOf } from '../format';
import { Frame } from '../Frame';
import { BackLink } from '../parts/BackLink';
import { Failed } from '../parts/Failed';
import { Skeleton } from '../parts/Skeleton';
import { Controls } from './Controls';
import css from './Live.module.css';
import { Progress } from './Progress';
import { Transcript } from './Transcript';
import { useLive } from './useLive';

/** One interview as it goes on. Reading the whole of it once, for its names and notes, says in the audit log who watched. */
export default function Live() {
  const { id = '' } = useParams();
  const details = useQuery({ ...interview(id), refetchInterval: false });
  const { session, saying } = useLive(id);
  const error = session.error ?? details.error;
  return (
    <Frame>
      <BackLink />
      {error ? (
        <Failed error={error} onRetry={() => void Promise.all([session.refetch(), details.refetch()])} />
      ) : null}
      {session.isPending || details.isPending ? <Skeleton label="Reading the interview" rows={6} /> : null}
      {session.data && details.data ? (
        <>
          <PageTitle
            title={nameOf({ candidate_name: session.data.candidate_name ?? details.data.candidate_name })}
          >
            {subjectOf(details.data)}
          </PageTitle>
          <Progress session={session.data} />
          <State session={session.data} path={`/recruiter/interviews/${encodeURIComponent(id)}`} />
          <div className={css.columns}>
            <Transcript session={session.data} saying={saying} />
            {session.data.status === 'running' ? (
              <Controls session={session.data} nudges={details.data.nudges} />
            ) : null}
          </div>
        </>
      ) : null}
    </Frame>
  );
}

/** What is to be said of an interview that is not under way. */
function State({ session, path }: { session: Session; path: string }) {
  if (session.status === 'waiting') {
    return (
      <Notice>Nobody has begun this interview yet. What is said appears here as soon as it begins.</Notice>
    );
  }
  if (session.status === 'ended') {
    return (
      <Notice kind="good">
        <p>The interview has ended. {ending(session.end_reason)}.</p>
        <LinkButton look="primary" to={path}>
          Read the report
        </LinkButton>
      </Notice>
    );
  }
  if (session.via === null) return <Notice kind="warning">The candidate is not there at the moment.</Notice>;
  return null;
}
