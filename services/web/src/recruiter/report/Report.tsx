import { useQuery } from '@tanstack/react-query';
import { useParams } from 'react-router';
import { Problem } from '../../api/problem';
import { PageTitle } from '../../ui/PageTitle';
import { type Details, interview } from '../api';
import { nameOf, subjectOf } from '../format';
import { Frame } from '../Frame';
import { BackLink } from '../parts/BackLink';
import { Failed } from '../parts/Failed';
import { Skeleton } from '../parts/Skeleton';
import { Actions } from './Actions';
import { Facts } from './Facts';
import { Overview } from './Overview';
import { Record } from './Record';
import css from './Report.module.css';
import { Scores } from './Scores';
import { Summary } from './Summary';
import { Transcript } from './Transcript';
import { useBeginning } from './useBeginning';
import { Stages, Waits } from './Stages';

/** All that is known of one interview. */
export default function Report() {
  const { id = '' } = useParams();
  const details = useQuery(interview(id));
  return (
    <Frame>
      <BackLink />
      {details.data ? <Found details={details.data} /> : null}
      {details.isPending ? <Skeleton label="Reading the interview" rows={7} /> : null}
      {details.error && isGone(details.error) ? <Gone /> : null}
      {details.error && !isGone(details.error) ? (
        <Failed error={details.error} onRetry={() => void details.refetch()} />
      ) : null}
    </Frame>
  );
}

function Found({ details }: { details: Details }) {
  useBeginning(details);
  return (
    <>
      <div className={css.head}>
        <PageTitle title={nameOf(details)}>{subjectOf(details)}</PageTitle>
        <Actions details={details} />
      </div>
      <Summary details={details} />
      <div className={css.columns}>
        <div className={css.column}>
          {details.scores.length ? <Overview details={details} /> : null}
          {details.scores.length ? <Scores details={details} /> : null}
          <Facts facts={details.facts} />
        </div>
        <div className={css.transcript}>
          <Transcript details={details} />
        </div>
        <div className={css.column}>
          <Stages details={details} />
          <Waits timings={details.timings} />
          <Record details={details} />
        </div>
      </div>
    </>
  );
}

function Gone() {
  return (
    <PageTitle title="There is no such interview">
      It may have been deleted, or its address is not whole.
    </PageTitle>
  );
}

function isGone(error: Error): boolean {
  return error instanceof Problem && (error.status === 404 || error.status === 422);
}
