import { useEffect } from 'react';
import { Card } from '../../ui/Card';
import { TextField } from '../../ui/controls';
import { Fold } from '../../ui/Fold';
import { PageTitle } from '../../ui/PageTitle';
import { Shell } from '../../ui/Shell';
import type { Choice } from '../choice';
import type { Interview, Session } from '../interview';
import type { Way } from '../journey';
import { DeviceChecks } from './DeviceChecks';
import css from './Lobby.module.css';
import { StartCard } from './StartCard';
import { useEntrance } from './useEntrance';
import { useLobbyDevices } from './useLobbyDevices';

type Props = {
  interview: Interview;
  session: Session;
  choice: Choice;
  preload: () => Promise<unknown>;
  onEnter: (way: Way, choice: Choice) => void;
  /** The interview has ended meanwhile. */
  onEnd: () => void;
};

const NOTICE = 'How this interview is held';

/** Before the interview: what it is, the candidate's consent, and whether microphone and speaker work. */
export function Lobby({ interview, session, choice: before, preload, onEnter, onEnd }: Props) {
  const lobby = useLobbyDevices({ ...before, name: before.name || (session.candidate_name ?? '') });
  const { microphone, choice } = lobby;
  const entrance = useEntrance({
    interview,
    session,
    prepare: async (way) =>
      way === 'writing' || microphone.state === 'on' || (await lobby.open('microphone')),
    onReady: (way) => onEnter(way, { ...choice, name: choice.name.trim() }),
    onEnd,
  });
  usePreload(preload);

  const checks = <DeviceChecks lobby={lobby} onWriting={() => void entrance.enter('writing')} />;
  const notice = <p lang={session.language}>{session.consent.notice}</p>;

  if (session.status === 'running') {
    return (
      <Shell>
        <PageTitle title="Welcome back">{aboutOf(session)}</PageTitle>
        <StartCard
          title={session.progress.label}
          entrance={entrance}
          words={{ speak: 'Go on by voice', write: 'Go on in writing' }}
        >
          <p>Your interview goes on where it was. Nothing that you have said is lost.</p>
          {session.question ? (
            <figure className={css.last}>
              <figcaption>The interviewer asked:</figcaption>
              <blockquote lang={session.language}>{session.question}</blockquote>
            </figure>
          ) : null}
        </StartCard>
        {microphone.state === 'failed' ? (
          checks
        ) : (
          <Fold title="Check microphone, speaker and camera">{checks}</Fold>
        )}
        {entrance.needsConsent ? <Card title={NOTICE}>{notice}</Card> : <Fold title={NOTICE}>{notice}</Fold>}
      </Shell>
    );
  }
  return (
    <Shell width="wide">
      <div className={css.lobby}>
        <div className={css.title}>
          <PageTitle title={session.title}>{aboutOf(session)}</PageTitle>
        </div>
        <Card title={NOTICE}>{notice}</Card>
        <div className={css.checks}>{checks}</div>
        <div className={css.start}>
          <StartCard
            title="When you are ready"
            entrance={entrance}
            words={{ speak: 'Start the interview', write: 'Answer in writing instead' }}
          >
            <TextField
              label="Your name"
              description="As the interviewer is to call you. You may leave this empty."
              autoComplete="name"
              maxLength={64}
              value={choice.name}
              onChange={(name) => lobby.change({ name })}
            />
            <p className={css.aside}>
              You can change between speaking and writing at any time. If you lose the connection, open your
              link again: it goes on where it was.
            </p>
          </StartCard>
        </div>
      </div>
    </Shell>
  );
}

function aboutOf({ job_title, title, status, progress }: Session): string {
  const questions = progress.num_questions ? `${progress.num_questions} questions` : null;
  return [status === 'running' ? title : null, job_title, questions].filter(Boolean).join(' · ');
}

const IDLE_AFTER_MS = 1500;

/** Fetch the room's code while the candidate reads. */
function usePreload(preload: () => Promise<unknown>): void {
  useEffect(() => {
    // What cannot be had now is asked for again when the candidate goes in.
    const timer = setTimeout(() => void preload().catch(() => undefined), IDLE_AFTER_MS);
    return () => clearTimeout(timer);
  }, [preload]);
}
