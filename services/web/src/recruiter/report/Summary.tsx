import { languageName } from '../../brief/brief';
import { type Details } from '../api';
import { duration, ending, moment, secondsBetween, STATUSES } from '../format';
import { LinkButton } from '../../ui/LinkButton';
import { Notice } from '../../ui/Notice';
import { StatusBadge } from '../parts/StatusBadge';
import css from './Summary.module.css';

/** When, how long, how it ended; and what is still missing. */
export function Summary({ details }: { details: Details }) {
  const { status, started_at, ended_at, end_reason, created_at, language } = details;
  return (
    <>
      <dl className={css.summary}>
        <div>
          <dt>Status</dt>
          <dd>
            <StatusBadge status={status}>{STATUSES[status]}</StatusBadge>
          </dd>
        </div>
        <div>
          <dt>{started_at ? 'Held' : 'Created'}</dt>
          <dd>
            <time dateTime={started_at ?? created_at}>{moment(started_at ?? created_at)}</time>
          </dd>
        </div>
        {started_at && ended_at ? (
          <div>
            <dt>Lasted</dt>
            <dd>{duration(secondsBetween(started_at, ended_at))}</dd>
          </div>
        ) : null}
        {ended_at ? (
          <div>
            <dt>How it ended</dt>
            <dd>{ending(end_reason)}</dd>
          </div>
        ) : null}
        {language ? (
          <div>
            <dt>Language</dt>
            <dd>{languageName(language)}</dd>
          </div>
        ) : null}
      </dl>
      <Missing details={details} />
    </>
  );
}

function Missing({ details }: { details: Details }) {
  if (details.is_final) {
    return (
      <p className={css.decides}>
        An AI held this interview{details.scores.length ? ' and scored the answers' : ''}. A person reads this
        and decides; Viva does not.
      </p>
    );
  }
  if (details.status === 'running') {
    return (
      <Notice>
        <p>The interview is under way. This is how far it is; the page follows by itself.</p>
        <LinkButton look="primary" to="live">
          Watch it live
        </LinkButton>
      </Notice>
    );
  }
  if (details.status === 'created')
    return <Notice>Nobody has begun this interview yet. It begins when the candidate opens the link.</Notice>;
  return <Notice>The report is being written. It will be here in a moment.</Notice>;
}
