import { CornerDownRight } from 'lucide-react';
import { Link } from 'react-router';
import { Card } from '../../ui/Card';
import { Fold } from '../../ui/Fold';
import type { Details } from '../api';
import { Score } from '../parts/Score';
import { turnId } from './evidence';
import css from './Scores.module.css';

type Scored = Details['scores'][number];

/** Each question: its score, why, and what it rests on. */
export function Scores({ details }: { details: Details }) {
  return (
    <Card title="Questions and scores">
      <ol className={css.scores}>
        {details.scores.map((score) => (
          <li key={score.index}>
            <Question score={score} />
          </li>
        ))}
      </ol>
    </Card>
  );
}

function Question({ score }: { score: Scored }) {
  return (
    <article className={css.question}>
      <div className={css.head}>
        <h3>
          <span className={css.number}>{score.index + 1}.</span> {score.question}
        </h3>
        <Score value={score.score} />
      </div>
      {score.reason ? <p className={css.reason}>{score.reason}</p> : null}
      {score.not_rescored ? <p className={css.kept}>Kept from before: {score.not_rescored}</p> : null}
      {score.evidence.length ? (
        <ul className={css.evidence} aria-label="Evidence">
          {score.evidence.map((evidence, index) => (
            <li key={index}>
              <Quote {...evidence} />
            </li>
          ))}
        </ul>
      ) : null}
      <Said title="Feedback to the candidate" text={score.feedback} />
      <Said title="Coach notes" text={score.coach_notes} />
      {score.answer ? (
        <Fold title="The whole answer">
          <p className={css.answer}>{score.answer}</p>
        </Fold>
      ) : null}
    </article>
  );
}

/** The candidate's words; where their place is known, a link that leads there. */
function Quote({ quote, turn }: Scored['evidence'][number]) {
  if (turn == null) return <q className={css.quote}>{quote}</q>;
  return (
    <Link to={{ hash: turnId(turn) }} className={css.quote} preventScrollReset>
      <CornerDownRight aria-hidden size={14} />
      <span>
        <q>{quote}</q>
        <span className="visually-hidden">, in the transcript</span>
      </span>
    </Link>
  );
}

function Said({ title, text }: { title: string; text: string | undefined }) {
  if (!text) return null;
  return (
    <p className={css.said}>
      <b>{title}</b>
      {text}
    </p>
  );
}
