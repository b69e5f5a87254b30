import { HeadphoneOff, Volume2 } from 'lucide-react';
import { Button } from '../../ui/controls';
import { Notice } from '../../ui/Notice';
import { Spinner } from '../../ui/Spinner';
import css from './Controls.module.css';
import { useListening } from './useListening';

/** In the room, unseen. */
export default function Listening({ id, onLeave }: { id: string; onLeave: () => void }) {
  const { state, problem, speaking, isBlocked, allowSound, again } = useListening(id);
  return (
    <>
      {state === 'connecting' ? <Spinner label="Joining the room" /> : null}
      {state === 'listening' ? (
        <>
          <p role="status">You are listening. Nobody sees or hears you.</p>
          <p className={css.muted} aria-hidden>
            {speaking.length
              ? `${speaking.join(' and ')} ${speaking.length > 1 ? 'speak' : 'speaks'}`
              : 'Silence'}
          </p>
        </>
      ) : null}
      {isBlocked ? (
        <Button look="primary" onPress={allowSound}>
          <Volume2 aria-hidden size={18} />
          Turn the sound on
        </Button>
      ) : null}
      {state === 'gone' ? (
        <Notice kind="warning">
          <p>{problem}</p>
          <Button onPress={again}>Join again</Button>
        </Notice>
      ) : null}
      <Button onPress={onLeave}>
        <HeadphoneOff aria-hidden size={18} />
        Stop listening
      </Button>
    </>
  );
}
