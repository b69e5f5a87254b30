import { Fold } from '../../ui/Fold';
import type { Score } from './conversation';
import css from './ScoreNote.module.css';

/** What an answer is worth, under it; for practice. */
export function ScoreNote({
  score: { index, score, reason, evidence, feedback, coachNotes },
}: {
  score: Score;
}) {
  return (
    <div className={css.note}>
      <p>
        <strong>
          {score === null ? `Question ${index + 1} has no score` : `Question ${index + 1}: ${score} of 100`}
        </strong>
        {reason ? <span className={css.reason}> {reason}</span> : null}
      </p>
      {feedback || coachNotes || evidence.length > 0 ? (
        <Fold title="Feedback">
          {feedback ? <p>{feedback}</p> : null}
          {coachNotes ? (
            <p>
              <strong>To practise:</strong> {coachNotes}
            </p>
          ) : null}
          {evidence.length > 0 ? (
            <div>
              <strong>It rests on what you wrote:</strong>
              <ul className={css.quotes}>
                {evidence.map((quote) => (
                  <li key={quote}>
                    <q>{quote}</q>
                  </li>
                ))}
              </ul>
            </div>
          ) : null}
        </Fold>
      ) : null}
    </div>
  );
}
