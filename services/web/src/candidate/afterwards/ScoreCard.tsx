import type { Schemas } from '../../api/client';
import { Card } from '../../ui/Card';
import { Fold } from '../../ui/Fold';
import css from './Afterwards.module.css';
import { Points } from './Points';

/** One question: what the answer is worth, what that rests on, and what may be practised. */
export function ScoreCard({ score }: { score: Schemas['ReportScore'] }) {
  const { index, question, answer, evidence = [], reason, feedback, coach_notes: practise } = score;
  return (
    <Card>
      <div className={css.head}>
        <h3>
          <span className={css.number}>Question {index + 1}</span>
          {question}
        </h3>
        <Points value={score.score ?? null} />
      </div>
      {feedback ? <p>{feedback}</p> : null}
      <dl className={css.parts}>
        {practise ? (
          <>
            <dt>What to practise</dt>
            <dd>{practise}</dd>
          </>
        ) : null}
        {reason ? (
          <>
            <dt>{score.score == null ? 'Why there is no score' : 'Why this score'}</dt>
            <dd>{reason}</dd>
          </>
        ) : null}
        {evidence.length ? (
          <>
            <dt>What it rests on, in your own words</dt>
            {evidence.map((quote) => (
              <dd key={quote}>
                <blockquote className={css.quote}>{quote}</blockquote>
              </dd>
            ))}
          </>
        ) : null}
      </dl>
      {answer ? (
        <Fold title="Your whole answer">
          <p>{answer}</p>
        </Fold>
      ) : null}
    </Card>
  );
}
