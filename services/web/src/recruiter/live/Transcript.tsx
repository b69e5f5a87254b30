import { Card } from '../../ui/Card';
import { useStickToEnd } from '../../ui/useStickToEnd';
import { clock } from '../../ui/clock';
import type { Session } from '../api';
import { secondsBetween } from '../format';
import turns from '../report/Transcript.module.css';
import type { Saying } from './saying';
import css from './Transcript.module.css';

type Props = { session: Session; saying: Saying | null };

/** Both sides' words as they come. Whole turns are read out; the one that grows is for the eye. */
export function Transcript({ session, saying }: Props) {
  const { transcript } = session;
  const began = transcript[0]?.at;
  const { box } = useStickToEnd(transcript.length, saying?.text);
  return (
    <Card title="Transcript">
      {/* It scrolls, and so keyboards must reach it. */}
      <div
        ref={box}
        role="log"
        aria-label="Transcript"
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        className={css.log}
      >
        {transcript.length || saying ? null : <p className={turns.empty}>Nothing has been said yet.</p>}
        {transcript.map(({ speaker, text, at, complete }, index) => (
          <div key={index} className={`${turns.turn ?? ''} ${turns[speaker] ?? ''}`}>
            <span className={turns.who}>
              <b>{speaker === 'candidate' ? (session.candidate_name ?? 'Candidate') : 'Interviewer'}</b>{' '}
              <span className={turns.at}>{began ? clock(secondsBetween(began, at)) : ''}</span>
            </span>
            <p>
              {text || '…'}
              {complete === false ? <span className={turns.cut}> (cut short)</span> : null}
            </p>
          </div>
        ))}
        {saying ? (
          <div aria-hidden className={`${turns.turn ?? ''} ${turns.interviewer ?? ''} ${css.saying ?? ''}`}>
            <span className={turns.who}>
              <b>Interviewer</b> <span className={turns.at}>{saying.text ? 'speaks' : 'thinks'}</span>
            </span>
            <p>{saying.text || '…'}</p>
          </div>
        ) : null}
      </div>
    </Card>
  );
}
