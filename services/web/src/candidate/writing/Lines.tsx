import { useEffect, useRef } from 'react';
import { type Conversation, type Line, type Score, scoresByLine, wordsOf } from './conversation';
import css from './Lines.module.css';
import { ScoreNote } from './ScoreNote';

type Props = {
  conversation: Conversation;
  showsScores: boolean;
  /** The interviewer is about to speak, or speaks. */
  isTyping: boolean;
};

/** How far from the end, in pixels, still counts as being there. */
const NEAR = 80;

/**
 * Both sides' words. Who reads further up stays there while new ones come. Screen readers are told whole lines: the one
 * that is growing is hidden from them, and comes anew once it is whole.
 */
export function Lines({ conversation, showsScores, isTyping }: Props) {
  const log = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const { lines, sending } = conversation;
  const words = wordsOf(conversation);
  const scores = showsScores ? scoresByLine(conversation) : new Map<string, Score>();
  const isOurs = lines.at(-1)?.speaker === 'candidate';

  useEffect(() => {
    if (isOurs) isAtEnd.current = true;
  }, [isOurs]);
  useEffect(() => {
    const node = log.current;
    if (!node) return;
    const observer = new ResizeObserver(() => {
      if (isAtEnd.current) node.scrollTop = node.scrollHeight;
    });
    for (const part of [node, ...node.children]) observer.observe(part); // the box below may grow, too
    return () => observer.disconnect();
  }, []);

  return (
    <div
      ref={log}
      role="log"
      aria-label="Conversation"
      className={css.log}
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- keyboards scroll what has the focus
      tabIndex={0}
      onScroll={({ currentTarget: node }) => {
        isAtEnd.current = node.scrollHeight - node.scrollTop - node.clientHeight < NEAR;
      }}
    >
      <div className={css.lines}>
        {lines.map((line) => (
          <Bubble key={line.key} line={line} isSending={line.key === sending} score={scores.get(line.key)} />
        ))}
        {isTyping ? (
          <div aria-hidden className={css.interviewer}>
            {words ? <p className={css.words}>{words}</p> : <Typing />}
          </div>
        ) : null}
      </div>
    </div>
  );
}

function Bubble({ line, isSending, score }: { line: Line; isSending: boolean; score: Score | undefined }) {
  return (
    <>
      <div className={css[line.speaker]}>
        <p className={`${css.words ?? ''} ${isSending ? (css.sending ?? '') : ''}`}>
          <span className="visually-hidden">
            {line.speaker === 'interviewer' ? 'Interviewer: ' : 'You: '}
          </span>
          {line.text}
        </p>
      </div>
      {score ? <ScoreNote score={score} /> : null}
    </>
  );
}

function Typing() {
  return (
    <p className={`${css.words ?? ''} ${css.typing ?? ''}`}>
      <span />
      <span />
      <span />
    </p>
  );
}
