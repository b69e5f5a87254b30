import { SendHorizontal } from 'lucide-react';
import { type KeyboardEvent, useEffect, useId, useRef } from 'react';
import { flushSync } from 'react-dom';
import { Button } from '../../ui/controls';
import type { Interview } from '../interview';
import css from './Composer.module.css';
import { withWords } from './dictated';
import { canDictate, DictationControls, DictationTrouble } from './DictationControls';
import { type Dictation, useDictation } from './useDictation';

type Props = {
  interview: Interview;
  microphone: string | null;
  draft: string;
  onDraft: (text: string) => void;
  /** To be answered; null: it is not the candidate's turn, who may write all the same. */
  turnId: string | null;
  onSend: () => void;
};

/** Characters; the front door takes no more. */
const MAX_LENGTH = 8000;
const FEW_LEFT = 500;

const AT_WORK: readonly Dictation['state'][] = ['asking', 'recording', 'transcribing'];
/** What is told of a dictation until the candidate types. */
const PASSING: readonly Dictation['state'][] = ['done', 'nothing_understood', 'no_microphone'];

/** Where a keyboard is part of the screen, Enter is a new line: it has no Shift+Enter. */
const isTouch = window.matchMedia('(pointer: coarse)').matches;

/** The box for the answer: typed, or dictated and then read. */
export function Composer({ interview, microphone, draft, onDraft, turnId, onSend }: Props) {
  const box = useRef<HTMLTextAreaElement>(null);
  const hasCaret = useRef(false);
  const hint = useId();
  const left = MAX_LENGTH - draft.length;

  const onWords = (words: string) => {
    const node = box.current;
    if (!node) return;
    const [start, end] = hasCaret.current
      ? [node.selectionStart, node.selectionEnd]
      : [draft.length, draft.length];
    const [text, caret] = withWords(draft, start, end, words);
    flushSync(() => onDraft(text.slice(0, MAX_LENGTH)));
    node.focus();
    node.setSelectionRange(caret, caret);
  };
  const controls = useDictation({ interview, microphone, onWords });
  const { dictation } = controls;
  const isDictating = AT_WORK.includes(dictation.state);
  const canSend = turnId !== null && draft.trim() !== '' && !isDictating;

  // When it is the candidate's turn; not from what they are at elsewhere, and not to open a phone's keyboard.
  useEffect(() => {
    const focused = document.activeElement;
    const isFree = focused === document.body || focused?.tagName === 'H1';
    const node = box.current;
    if (turnId === null || !isFree || isTouch || !node) return;
    node.focus({ preventScroll: true });
    node.setSelectionRange(node.value.length, node.value.length);
  }, [turnId]);

  const send = () => {
    if (!canSend) return;
    onSend();
    controls.cancel();
    box.current?.focus();
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const isSending = isTouch ? event.ctrlKey || event.metaKey : !event.shiftKey;
    if (event.key !== 'Enter' || !isSending || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };

  return (
    <div className={css.composer}>
      <DictationTrouble {...controls} />
      <form
        className={css.box}
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <textarea
          ref={box}
          aria-label="Your answer"
          aria-describedby={hint}
          className={css.text}
          rows={2}
          maxLength={MAX_LENGTH}
          placeholder="Write your answer"
          value={draft}
          onFocus={({ target }) => {
            // A draft that was kept has the caret before it.
            if (!hasCaret.current) target.setSelectionRange(draft.length, draft.length);
            hasCaret.current = true;
          }}
          onChange={({ target }) => {
            if (PASSING.includes(dictation.state)) controls.cancel();
            onDraft(target.value);
          }}
          onKeyDown={onKeyDown}
        />
        <div className={css.row}>
          {canDictate ? <DictationControls {...controls} /> : null}
          <p id={hint} className={css.hint}>
            {left < FEW_LEFT ? `${left} characters left` : hintOf(dictation.state)}
          </p>
          {isDictating ? null : (
            <Button type="submit" look="primary" isDisabled={!canSend}>
              Send
              <SendHorizontal aria-hidden size={18} />
            </Button>
          )}
        </div>
      </form>
    </div>
  );
}

function hintOf(dictation: Dictation['state']): string {
  if (dictation === 'done') return 'Please read what was understood before you send it.';
  return AT_WORK.includes(dictation) || isTouch ? '' : 'Enter sends, Shift+Enter makes a new line';
}
