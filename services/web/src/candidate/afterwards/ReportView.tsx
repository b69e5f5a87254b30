import { Card } from '../../ui/Card';
import { Fold } from '../../ui/Fold';
import css from './Afterwards.module.css';
import { Points } from './Points';
import { ScoreCard } from './ScoreCard';
import type { Report } from './useReport';

const SPEAKERS = { candidate: 'You', interviewer: 'Interviewer' };

/** The report as its candidate sees it; `language` is that of the interview. */
export function ReportView({ report, language }: { report: Report; language: string }) {
  const { scores = [], turns = [], overall_score: overall } = report;
  const scored = scores.filter(({ score }) => score != null).length;
  return (
    <section className={css.report} aria-labelledby="report">
      <h2 id="report">Your report</h2>
      {scores.length ? (
        <Card>
          <div className={css.head}>
            <div>
              <h3>Overall</h3>
              <p className={css.aside}>
                {scored === scores.length
                  ? `The mean of your ${scored} answers.`
                  : `The mean of the ${scored} of ${scores.length} answers that have a score.`}{' '}
                An AI model gave these scores, and it can be wrong.
              </p>
            </div>
            <Points value={overall} />
          </div>
        </Card>
      ) : null}
      <ol lang={language} className={css.report}>
        {scores.map((score) => (
          <li key={score.index}>
            <ScoreCard score={score} />
          </li>
        ))}
      </ol>
      {turns.length ? (
        <Fold title="What was said">
          <ol className={css.transcript} lang={language}>
            {turns.map(({ speaker, text, at }) => (
              <li key={`${at} ${speaker}`}>
                <b>{SPEAKERS[speaker]}</b>
                <p>{text || '…'}</p>
              </li>
            ))}
          </ol>
        </Fold>
      ) : null}
    </section>
  );
}
