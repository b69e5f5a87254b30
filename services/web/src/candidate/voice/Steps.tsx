import { useNow } from '../../ui/useNow';
import { type Progress, stepsOf, timeLeft } from './progress';
import css from './Steps.module.css';

/** Where in the interview one is, and, when little time is left for a part, that. */
export function Steps({ progress }: { progress: Progress }) {
  const { label, index, of } = stepsOf(progress);
  const left = timeLeft(progress, useNow({ isNeeded: progress.deadline !== null }));
  return (
    <div className={css.steps}>
      {of > 1 ? (
        <span className={css.dots} aria-hidden>
          {Array.from({ length: of }, (_, step) => (
            <span
              key={step}
              className={css.dot}
              data-step={step < index ? 'done' : step === index ? 'now' : 'ahead'}
            />
          ))}
        </span>
      ) : null}
      <p role="status">{label}</p>
      {left ? <p className={css.left}>{left}</p> : null}
    </div>
  );
}
