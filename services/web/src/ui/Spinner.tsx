import css from './Spinner.module.css';

/** Something takes a moment; `label` says what. */
export function Spinner({ label }: { label: string }) {
  return (
    <p role="status" className={css.spinner}>
      <span className={css.wheel} aria-hidden />
      {label}
    </p>
  );
}
