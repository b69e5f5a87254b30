import type { ReactNode } from 'react';
import { Button } from '../../ui/controls';
import { Notice } from '../../ui/Notice';
import type { Phase } from './call';
import css from './CallRoom.module.css';
import type { Devices } from './useDevices';
import { useElapsed } from './useElapsed';

const SLOW_MS = 10_000;
const ABSENT_MS = 15_000;

type Props = {
  phase: Phase;
  isInterviewerThere: boolean;
  /** The interviewer has been there since this page was opened. */
  wasInterviewerThere: boolean;
  isConnectionPoor: boolean;
  devices: Devices;
  onWriting?: () => void;
  /** Further ones. */
  children: ReactNode;
};

/** What is wrong at the moment, what is being done about it, and the way out: the interview in writing. */
export function Notices(props: Props) {
  const { phase, isInterviewerThere, wasInterviewerThere, isConnectionPoor, devices, onWriting, children } =
    props;
  const isConnected = phase.name === 'connected';
  const isSlow = useElapsed(SLOW_MS, phase.name === 'connecting');
  const isAbsent = useElapsed(ABSENT_MS, isConnected && !isInterviewerThere);
  const wayOut = onWriting ? <Button onPress={onWriting}>Continue in text mode</Button> : null;
  const { microphone, camera, screen } = devices;
  return (
    <div className={css.notices}>
      {phase.name === 'connecting' && phase.failures > 0 ? (
        <Notice kind="warning">
          <p>Video unavailable. We keep trying to connect; your answers are kept.</p>
          {wayOut}
        </Notice>
      ) : isSlow ? (
        <Notice kind="warning">
          <p>Connecting takes longer than usual.</p>
          {wayOut}
        </Notice>
      ) : null}
      {phase.name === 'reconnecting' ? (
        <Notice kind="warning">
          <p>The connection was lost. Reconnecting… Your answers are kept.</p>
          {wayOut}
        </Notice>
      ) : null}
      {phase.name === 'closed' ? (
        <Notice>
          <p>The room was closed. One moment, please.</p>
        </Notice>
      ) : null}
      {isAbsent ? (
        <Notice kind="warning">
          <p>
            {wasInterviewerThere
              ? 'The interviewer has lost the connection and should be back soon.'
              : 'The interviewer has not come yet. You can keep waiting.'}
          </p>
          {wayOut}
        </Notice>
      ) : null}
      <Trouble of={microphone.trouble} onAgain={microphone.toggle}>
        {wayOut}
      </Trouble>
      <Trouble of={camera.trouble} onAgain={camera.toggle} />
      <Trouble of={screen.trouble} onAgain={screen.toggle} />
      {children}
      {isConnected && isConnectionPoor ? (
        <Notice>
          <p>Your connection is weak: words may be lost. You can also write.</p>
        </Notice>
      ) : null}
    </div>
  );
}

function Trouble({
  of,
  onAgain,
  children,
}: {
  of: string | null;
  onAgain: () => void;
  children?: ReactNode;
}) {
  if (!of) return null;
  return (
    <Notice kind="warning">
      <p>{of}</p>
      <div className={css.buttons}>
        {children}
        <Button look="quiet" onPress={onAgain}>
          Try again
        </Button>
      </div>
    </Notice>
  );
}
