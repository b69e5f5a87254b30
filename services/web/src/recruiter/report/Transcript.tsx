import { useEffect, useRef } from 'react';
import { useLocation } from 'react-router';
import { Card } from '../../ui/Card';
import { clock } from '../../ui/clock';
import type { Details } from '../api';
import { nameOf, secondsBetween } from '../format';
import { passages, pieces, quotesByTurn, type Turn, turnId, turnOf } from './evidence';
import css from './Transcript.module.css';

/** Both sides' words. The turn that the address names is shown, marked and gets the focus. */
export function Transcript({ details }: { details: Details }) {
  const { hash, key } = useLocation();
  const list = useRef<HTMLDivElement>(null);
  const chosen = turnOf(hash);
  useEffect(() => {
    if (chosen === null) return;
    const turn = list.current?.querySelector<HTMLElement>(`#${turnId(chosen)}`);
    turn?.scrollIntoView({ block: 'center' });
    turn?.focus({ preventScroll: true });
  }, [chosen, key]); // the key, as the same link may be followed again

  const quotes = quotesByTurn(details.scores);
  const began = details.started_at ?? details.created_at;
  const candidate = details.candidate_name ? nameOf(details) : 'Candidate';
  return (
    <Card title="Transcript">
      {/* It may scroll, and so keyboards must reach it. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div role="region" aria-label="Transcript" tabIndex={0} className={css.transcript} ref={list}>
        {details.turns.length ? null : <p className={css.empty}>Nothing has been said yet.</p>}
        {passages(details).map(({ title, first, turns }) => (
          <section key={first} className={css.passage}>
            <h3>{title}</h3>
            <ol>
              {turns.map((turn, offset) => (
                <Words
                  key={first + offset}
                  index={first + offset}
                  turn={turn}
                  who={turn.speaker === 'candidate' ? candidate : 'Interviewer'}
                  at={clock(secondsBetween(began, turn.at))}
                  quotes={quotes.get(first + offset) ?? []}
                  isChosen={chosen === first + offset}
                />
              ))}
            </ol>
          </section>
        ))}
      </div>
    </Card>
  );
}

type Props = { index: number; turn: Turn; who: string; at: string; quotes: string[]; isChosen: boolean };

function Words({ index, turn, who, at, quotes, isChosen }: Props) {
  return (
    <li
      id={turnId(index)}
      tabIndex={-1}
      className={`${css.turn ?? ''} ${css[turn.speaker] ?? ''} ${isChosen ? (css.chosen ?? '') : ''}`}
    >
      <span className={css.who}>
        <b>{who}</b> <span className={css.at}>{at}</span>
      </span>
      <p>
        {pieces(turn.text, quotes).map(({ text, isEvidence }, piece) =>
          isEvidence ? <mark key={piece}>{text}</mark> : text,
        )}
        {turn.text ? null : '…'}
        {turn.complete === false ? <span className={css.cut}> (cut short)</span> : null}
      </p>
    </li>
  );
}
