import { AudioLines, Flag, LogOut } from 'lucide-react';
import { Button } from '../../ui/controls';
import { PageTitle } from '../../ui/PageTitle';
import { useNow } from '../../ui/useNow';
import { mediaDevices } from '../lobby/useDevices';
import type { Session } from '../interview';
import type { Progress } from './conversation';
import css from './WritingHeader.module.css';

type Props = {
  session: Session;
  progress: Progress;
  /** There is nothing left to leave. */
  isOver: boolean;
  onSpeak: () => void;
  onFinish: () => void;
  onLeave: () => void;
};

/** What the interview is, how far it is, and the ways out of it. */
export function WritingHeader({ session, progress, isOver, onSpeak, onFinish, onLeave }: Props) {
  return (
    <div className={css.header}>
      <div className={css.top}>
        <PageTitle title={session.title}>{session.job_title}</PageTitle>
        {isOver ? null : (
          <div className={css.actions}>
            {mediaDevices ? (
              <Button look="quiet" onPress={onSpeak}>
                <AudioLines aria-hidden size={18} />
                Speak instead
              </Button>
            ) : null}
            <Button look="quiet" onPress={onFinish} aria-label="Finish the interview">
              <Flag aria-hidden size={18} />
              Finish
            </Button>
            <Button look="quiet" onPress={onLeave}>
              <LogOut aria-hidden size={18} />
              Leave
            </Button>
          </div>
        )}
      </div>
      <HowFar progress={progress} />
    </div>
  );
}

function HowFar({ progress: { label, step, steps, endsAt } }: { progress: Progress }) {
  return (
    <div className={css.progress}>
      <p className={css.label}>
        <span>{label}</span>
        {endsAt === null ? null : <TimeLeft key={endsAt} endsAt={endsAt} />}
      </p>
      {step !== null && steps !== null && steps > 1 ? (
        <div aria-hidden className={css.steps}>
          {Array.from({ length: steps }, (_, index) => (
            <span key={index} className={index < step ? css.reached : css.step} />
          ))}
        </div>
      ) : null}
    </div>
  );
}

const EVERY_MS = 5000;

/** In whole minutes: there is no hurry in writing. */
function TimeLeft({ endsAt }: { endsAt: number }) {
  const minutes = Math.ceil((endsAt - useNow({ everyMs: EVERY_MS })) / 60_000);
  if (minutes < 1) return null;
  return <span>About {minutes} min left</span>;
}
