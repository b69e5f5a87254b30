import type { ReactNode } from 'react';
import { Card } from '../../ui/Card';
import { Fold } from '../../ui/Fold';
import { clock } from '../../ui/clock';
import type { Details } from '../api';
import { moment, points, secondsBetween } from '../format';
import { SmallTable } from '../parts/SmallTable';
import css from './Record.module.css';

const VIA = { api: 'in the interview', page: 'on this page', chat: 'in the room’s chat' } as const;

/** What an interview is defended with: consent, notes, versions, and what the scores were before. */
export function Record({ details }: { details: Details }) {
  const { consent, nudges, scorings } = details;
  return (
    <Card title="For the record">
      <dl className={css.list}>
        <Entry name="Consent">
          {consent ? (
            <>
              {moment(consent.at)}, {VIA[consent.via]}
              <Fold title="What was agreed to">
                <p>{consent.notice}</p>
              </Fold>
            </>
          ) : (
            <span className={css.none}>Not given, or not needed</span>
          )}
        </Entry>
        {nudges.length ? (
          <Entry name="Notes to the interviewer">
            <ul>
              {nudges.map(({ at, note }) => (
                <li key={at}>
                  {details.started_at ? `${clock(secondsBetween(details.started_at, at))} ` : ''}“{note}”
                </li>
              ))}
            </ul>
          </Entry>
        ) : null}
        <Entry name="Scenario">
          {details.scenario_title} <code>{details.scenario}</code>
          {details.scenario_hash ? (
            <>
              , version <code>{details.scenario_hash.slice(0, 8)}</code>
            </>
          ) : null}
        </Entry>
        {details.model ? <Entry name="Model">{details.model}</Entry> : null}
        {details.scored_at ? (
          <Entry name="Scored">
            {moment(details.scored_at)}
            {details.scored_by ? `, by ${details.scored_by}` : ''}
          </Entry>
        ) : null}
        {details.created_by ? (
          <Entry name="Created">
            {moment(details.created_at)}, by <code>{details.created_by}</code>
          </Entry>
        ) : null}
        <Entry name="Interview">
          <code>{details.session_id}</code>
        </Entry>
      </dl>
      {scorings.length ? (
        <Fold title="Earlier scores">
          <Scorings scorings={scorings} />
        </Fold>
      ) : null}
    </Card>
  );
}

function Entry({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Scorings({ scorings }: { scorings: Details['scorings'] }) {
  return (
    <SmallTable
      columns={['When', 'By', 'Overall', 'Each']}
      rows={scorings.map(({ scored_at, scored_by, overall_score, scores }) => [
        scored_at ? moment(scored_at) : 'Not known',
        scored_by,
        points(overall_score),
        scores.map(({ score }) => points(score)).join(', '),
      ])}
    />
  );
}
