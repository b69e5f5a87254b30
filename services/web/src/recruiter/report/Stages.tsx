import { Card } from '../../ui/Card';
import { clock } from '../../ui/clock';
import type { Details } from '../api';
import { duration, label, secondsBetween } from '../format';
import css from './Stages.module.css';

export function Stages({ details }: { details: Details }) {
  const { stages } = details;
  const began = details.started_at;
  if (!stages.length || !began) return null;
  return (
    <Card title="Stages">
      <table className={css.table}>
        <thead>
          <tr>
            <th scope="col">Stage</th>
            <th scope="col">From</th>
            <th scope="col">Lasted</th>
          </tr>
        </thead>
        <tbody>
          {stages.map(({ title, entered_at, left_at }) => (
            <tr key={entered_at}>
              <th scope="row">{title}</th>
              <td>{clock(secondsBetween(began, entered_at))}</td>
              <td>{left_at ? duration(secondsBetween(entered_at, left_at)) : 'Not left'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  );
}

/** How long the candidate waited for answers; nothing where it was not measured. */
export function Waits({ timings }: { timings: Details['timings'] }) {
  if (!timings.length) return null;
  return (
    <Card title="How long the candidate waited">
      <p className={css.note}>From the end of the candidate’s speech.</p>
      <table className={css.table}>
        <thead>
          <tr>
            <th scope="col">Until</th>
            <th scope="col">Median</th>
            <th scope="col">Longest</th>
            <th scope="col">Answers</th>
          </tr>
        </thead>
        <tbody>
          {timings.map(({ step, title, median_s, longest_s, answers }) => (
            <tr key={step}>
              <th scope="row">{label(title)}</th>
              <td>{median_s.toFixed(2)} s</td>
              <td>{longest_s.toFixed(2)} s</td>
              <td>{answers}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  );
}
