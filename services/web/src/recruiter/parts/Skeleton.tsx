import css from './Skeleton.module.css';

/** Where something will be in a moment; `label` says what is awaited. */
export function Skeleton({ label, rows }: { label: string; rows: number }) {
  return (
    <div role="status" className={css.skeleton}>
      <span className="visually-hidden">{label}</span>
      {Array.from({ length: rows }, (_, row) => (
        <span key={row} className={css.row} aria-hidden />
      ))}
    </div>
  );
}
