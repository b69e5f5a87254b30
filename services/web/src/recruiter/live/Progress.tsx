import { Mic, Keyboard } from 'lucide-react';
import type { Session } from '../api';
import { StatusBadge } from '../parts/StatusBadge';
import { useNow } from '../../ui/useNow';
import { clock } from '../../ui/clock';
import css from './Progress.module.css';
import { stepOf } from './steps';

const STATUS = { waiting: 'created', running: 'running', ended: 'ended' } as const;
const SAID = { waiting: 'Waiting for the candidate', running: 'Live', ended: 'Ended' };

/** How far it is, for how long, and how the candidate takes part. */
export function Progress({ session }: { session: Session }) {
  const [step, of] = stepOf(session.progress);
  const began = session.transcript[0]?.at;
  return (
    <div className={css.progress}>
      <StatusBadge status={STATUS[session.status]}>{SAID[session.status]}</StatusBadge>
      {session.status === 'running' && began ? <Elapsed since={began} /> : null}
      {session.via === 'voice' ? (
        <span className={css.via}>
          <Mic aria-hidden size={16} /> By voice
        </span>
      ) : null}
      {session.via === 'text' ? (
        <span className={css.via}>
          <Keyboard aria-hidden size={16} /> In writing
        </span>
      ) : null}
      <span className={css.step}>
        {step && of ? (
          <span className={css.dots} aria-hidden>
            {Array.from({ length: of }, (_, index) => (
              <span key={index} data-done={index < step} />
            ))}
          </span>
        ) : null}
        {session.progress.label}
      </span>
    </div>
  );
}

function Elapsed({ since }: { since: string }) {
  const now = useNow();
  return (
    <span role="timer" aria-label="Time since the start" className={css.time}>
      {clock((now - Date.parse(since)) / 1000)}
    </span>
  );
}
