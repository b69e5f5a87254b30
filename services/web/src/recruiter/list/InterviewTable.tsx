import { Link } from 'react-router';
import type { Item } from '../api';
import { moment, nameOf, STATUSES, subjectOf } from '../format';
import { Score } from '../parts/Score';
import { StatusBadge } from '../parts/StatusBadge';
import css from './InterviewTable.module.css';

/** A table; on phones each row is a card. */
export function InterviewTable({ items, isStale }: { items: readonly Item[]; isStale: boolean }) {
  return (
    <table className={css.table} aria-busy={isStale}>
      <caption className="visually-hidden">Interviews, newest first</caption>
      <thead>
        <tr>
          <th scope="col">Candidate</th>
          <th scope="col">Interview</th>
          <th scope="col">Status</th>
          <th scope="col">Created</th>
          <th scope="col">Score</th>
        </tr>
      </thead>
      <tbody>
        {items.map((item) => (
          <tr key={item.session_id}>
            <th scope="row" className={css.name}>
              <Link to={pathOf(item)}>{nameOf(item)}</Link>
            </th>
            <td className={css.subject}>{subjectOf(item)}</td>
            <td className={css.status}>
              <StatusBadge status={item.status}>{statusOf(item)}</StatusBadge>
            </td>
            <td className={css.created}>
              <time dateTime={item.created_at}>{moment(item.created_at)}</time>
            </td>
            <td className={css.score}>
              {item.status === 'ended' ? <Score value={item.overall_score} /> : null}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** What is under way is watched; everything else is read. */
function pathOf({ session_id, status }: Item): string {
  const path = `/recruiter/interviews/${encodeURIComponent(session_id)}`;
  return status === 'running' ? `${path}/live` : path;
}

function statusOf({ status, end_reason }: Item): string {
  return end_reason === 'abandoned' ? 'Abandoned' : STATUSES[status];
}
