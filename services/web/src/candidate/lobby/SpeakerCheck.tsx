import { Volume2 } from 'lucide-react';
import { useState } from 'react';
import { Button, Select } from '../../ui/controls';
import { chosenOf, type Device } from './devices';
import css from './Lobby.module.css';
import { canChooseSpeaker, useSpeakerTest } from './useSpeakerTest';

type Props = { speakers: readonly Device[]; wish: string | null; onChoose: (id: string) => void };

/** Whether the candidate will hear the interviewer. */
export function SpeakerCheck({ speakers, wish, onChoose }: Props) {
  const { state, play, reset } = useSpeakerTest();
  const [isHeard, setHeard] = useState<boolean | null>(null);
  const chosen = chosenOf(speakers, wish);
  const canChoose = canChooseSpeaker && speakers.length > 0;
  const isAsked = state === 'played' && isHeard === null;
  return (
    <>
      {canChoose ? (
        <Select
          label="Speaker"
          choices={speakers}
          value={chosen}
          onChange={(id) => {
            onChoose(id);
            reset();
          }}
        />
      ) : null}
      <div className={css.buttons}>
        <Button
          onPress={() => {
            setHeard(null);
            play(canChoose ? chosen : null);
          }}
        >
          <Volume2 aria-hidden size={18} />
          {state === 'untested' ? 'Play a sound' : 'Play it again'}
        </Button>
      </div>
      <div className={css.question}>
        <p role="status" className={isHeard ? css.heard : undefined}>
          {isAsked ? 'Did you hear it?' : null}
          {state === 'failed' ? 'It could not be played. Choose another speaker, or reload the page.' : null}
          {state === 'played' && isHeard === true ? 'Good: you will hear the interviewer.' : null}
          {state === 'played' && isHeard === false
            ? `Turn the volume up, ${canChoose ? 'choose another speaker' : 'check your headphones'}, and play it again.`
            : null}
        </p>
        {isAsked ? (
          <>
            <Button onPress={() => setHeard(true)}>Yes</Button>
            <Button onPress={() => setHeard(false)}>No</Button>
          </>
        ) : null}
      </div>
    </>
  );
}
