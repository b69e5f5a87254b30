import { points } from '../format';
import css from './Score.module.css';

/** A score of 100. One colour for all: what is good enough a person decides. */
export function Score({ value }: { value: number | null | undefined }) {
  if (value == null) return <span className={css.none}>No score</span>;
  return (
    <span className={css.score}>
      <span className={css.bar} aria-hidden>
        <span style={{ width: `${value}%` }} />
      </span>
      <span>
        <b>{points(value)}</b>
        <span className="visually-hidden"> of 100</span>
      </span>
    </span>
  );
}
