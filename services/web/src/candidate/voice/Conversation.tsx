import { ArrowDown, SendHorizontal } from 'lucide-react';
import { type SyntheticEvent, useState } from 'react';
import { Button } from '../../ui/controls';
import { useStickToEnd } from '../../ui/useStickToEnd';
import css from './Conversation.module.css';
import { type Line, type Turn, turnsOf } from './conversation';
import type { Unread } from './outbox';

type Props = {
  lines: readonly Line[];
  waiting: readonly Unread[];
  onWrite: (text: string) => void;
};

/** Both sides' words as they come, and a field to write instead of speaking. */
export function Conversation({ lines, waiting, onWrite }: Props) {
  const { box, isAtEnd, toEnd } = useStickToEnd(lines, waiting);
  return (
    <section aria-label="Transcript" className={css.conversation}>
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by keyboard */}
      <div ref={box} role="log" aria-label="What was said" tabIndex={0} className={css.log}>
        {lines.length === 0 ? <p className={css.empty}>What is said will appear here.</p> : null}
        {turnsOf(lines).map((turn) => (
          <TurnOf key={turn.id} turn={turn} />
        ))}
        {waiting.map(({ id, text }) => (
          <div key={id} className={css.turn} data-speaker="candidate" data-waiting>
            <span className={css.who}>You, waiting for the interviewer</span>
            <p>{text}</p>
          </div>
        ))}
      </div>
      {isAtEnd ? null : (
        <div className={css.latest}>
          <Button onPress={toEnd}>
            <ArrowDown aria-hidden size={16} />
            Latest
          </Button>
        </div>
      )}
      <Field onWrite={onWrite} />
    </section>
  );
}

const WHO: Record<Turn['speaker'], string> = {
  interviewer: 'Interviewer',
  candidate: 'You',
  note: 'Score',
};

function TurnOf({ turn: { speaker, isWritten, lines } }: { turn: Turn }) {
  return (
    <div className={css.turn} data-speaker={speaker}>
      <span className={css.who}>
        {WHO[speaker]}
        {isWritten && speaker === 'candidate' ? ', in writing' : ''}
      </span>
      {lines.map(({ id, text, isFinal }) =>
        isFinal ? (
          // A new element: readers are told of what is added, which a line that still grows is not.
          <p key={`${id} final`}>{text}</p>
        ) : (
          <p key={id} aria-hidden className={css.growing}>
            {text}
          </p>
        ),
      )}
    </div>
  );
}

function Field({ onWrite }: { onWrite: (text: string) => void }) {
  const [text, setText] = useState('');
  const send = (event: SyntheticEvent) => {
    event.preventDefault();
    if (!text.trim()) return;
    onWrite(text.trim());
    setText('');
  };
  return (
    <form className={css.field} onSubmit={send}>
      <input
        aria-label="Write to the interviewer"
        placeholder="Write instead of speaking"
        value={text}
        onChange={(event) => setText(event.target.value)}
        autoComplete="off"
        enterKeyHint="send"
        maxLength={4000}
        className={css.input}
      />
      <Button type="submit" look="quiet" aria-label="Send">
        <SendHorizontal aria-hidden size={20} />
      </Button>
    </form>
  );
}
