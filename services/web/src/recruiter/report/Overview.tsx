import { lazy, Suspense } from 'react';
import { Card } from '../../ui/Card';
import type { Details } from '../api';
import { points } from '../format';
import css from './Overview.module.css';

// The charts are most of the page's code.
const ScoreChart = lazy(() => import('./ScoreChart'));

export function Overview({ details }: { details: Details }) {
  const { scores, overall_score } = details;
  const scored = scores.filter(({ score }) => score != null).length;
  return (
    <Card title="Overall">
      <div className={css.overview}>
        <p className={css.overall}>
          <span className={css.number}>{overall_score == null ? '–' : points(overall_score)}</span>
          <span className={css.of}>
            {overall_score == null ? 'No answer has a score.' : 'of 100'}
            <br />
            {scored
              ? `The mean of ${scored === scores.length ? `all ${scored}` : `${scored} of ${scores.length}`} answers`
              : null}
          </span>
        </p>
        {scored ? (
          <figure className={css.chart}>
            <div aria-hidden className={css.canvas}>
              <Suspense>
                <ScoreChart scores={scores} />
              </Suspense>
            </div>
            <div className="visually-hidden">
              <table>
                <caption>Scores by question</caption>
                <thead>
                  <tr>
                    <th scope="col">Question</th>
                    <th scope="col">Score</th>
                  </tr>
                </thead>
                <tbody>
                  {scores.map(({ index, question, score }) => (
                    <tr key={index}>
                      <th scope="row">{question}</th>
                      <td>{points(score)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </figure>
        ) : null}
      </div>
    </Card>
  );
}
