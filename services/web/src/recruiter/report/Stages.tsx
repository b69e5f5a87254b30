import { Card } from '../../ui/Card';
import { clock } from '../../ui/clock';
import type { Details } from '../api';
import { duration, label, secondsBetween } from '../format';
import { SmallTable } from '../parts/SmallTable';
import css from './Stages.module.css';

export function Stages({ details }: { details: Details }) {
  const { stages } = details;
  const began = details.started_at;
  if (!stages.length || !began) return null;
  return (
    <Card title="Stages">
      <SmallTable
        columns={['Stage', 'From', 'Lasted']}
        rows={stages.map(({ title, entered_at, left_at }) => [
          title,
          clock(secondsBetween(began, entered_at)),
          left_at ? duration(secondsBetween(entered_at, left_at)) : 'Not left',
        ])}
      />
    </Card>
  );
}

/** How long the candidate waited for answers; nothing where it was not measured. */
export function Waits({ timings }: { timings: Details['timings'] }) {
  if (!timings.length) return null;
  return (
    <Card title="How long the candidate waited">
      <p className={css.note}>From the end of the candidate’s speech.</p>
      <SmallTable
        columns={['Until', 'Median', 'Longest', 'Answers']}
        rows={timings.map(({ title, median_s, longest_s, answers }) => [
          label(title),
          `${median_s.toFixed(2)} s`,
          `${longest_s.toFixed(2)} s`,
          answers,
        ])}
      />
    </Card>
  );
}
