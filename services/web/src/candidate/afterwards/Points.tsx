import css from './Afterwards.module.css';

/** A score of 100, in one colour: whether it is good enough a person decides. */
export function Points({ value }: { value: number | null }) {
  if (value === null) return <p className={css.none}>No score</p>;
  return (
    <p className={css.points}>
      <span>
        <strong>{value}</strong> of 100
      </span>
      <span className={css.bar} aria-hidden>
        <span style={{ width: `${value}%` }} />
      </span>
    </p>
  );
}
