import { useEffect, useEffectEvent, useState } from 'react';
import { Button } from '../../ui/controls';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { Notice } from '../../ui/Notice';
import { Shell } from '../../ui/Shell';
import { Spinner } from '../../ui/Spinner';
import type { Choice } from '../choice';
import type { Interview, Session } from '../interview';
import { AdviceNotice } from './AdviceNotice';
import { Composer } from './Composer';
import { turnOf } from './conversation';
import { Lines } from './Lines';
import { type Correspondence, useConversation } from './useConversation';
import css from './Writing.module.css';
import { WritingHeader } from './WritingHeader';

type Props = {
  interview: Interview;
  session: Session;
  choice: Choice;
  /** The room may still have the interview: it is taken over. */
  isFromVoice: boolean;
  onSpeak: () => void;
  onLeave: () => void;
  onEnd: () => void;
};

/** Time to read the interviewer's goodbye. */
const GOODBYE_MS = 5000;

/** The interview in writing. */
export function Writing({ interview, session, choice, isFromVoice, onSpeak, onLeave, onEnd }: Props) {
  const writer = useConversation({ interview, name: choice.name, isFromVoice });
  const { conversation, exit } = writer;
  const { hasEnded } = conversation;
  const [question, setQuestion] = useState<'leave' | 'finish' | null>(null);

  const end = useEffectEvent(onEnd);
  const leave = useEffectEvent(onLeave);
  useEffect(() => {
    if (exit === 'end') end();
    if (exit === 'leave') leave();
  }, [exit]);
  useEffect(() => {
    if (!hasEnded) return;
    const timer = setTimeout(end, GOODBYE_MS);
    return () => clearTimeout(timer);
  }, [hasEnded]);

  return (
    <Shell>
      <div className={css.writing}>
        <WritingHeader
          session={session}
          progress={conversation.progress}
          isOver={conversation.isOver}
          onSpeak={onSpeak}
          onFinish={() => setQuestion('finish')}
          onLeave={() => setQuestion('leave')}
        />
        {writer.isOpen ? (
          <Lines conversation={conversation} showsScores={session.shows_scores} isTyping={isTyping(writer)} />
        ) : (
          <Spinner label="Opening the conversation" />
        )}
        <p role="status" className={css.status}>
          {statusOf(writer)}
        </p>
        <Below writer={writer} interview={interview} microphone={choice.microphone} onEnd={onEnd} />
      </div>
      <ConfirmDialog
        isOpen={question === 'leave'}
        title="Leave the interview for now?"
        action="Leave"
        onConfirm={onLeave}
        onCancel={() => setQuestion(null)}
      >
        All that you have answered is kept, and you can come back by the same link. Please do not stay away
        for long: an interview that waits in vain for its next answer is closed after a while.
      </ConfirmDialog>
      <ConfirmDialog
        isOpen={question === 'finish'}
        title="Finish the interview?"
        action="Finish"
        isDangerous
        onConfirm={() => {
          setQuestion(null);
          writer.finish();
        }}
        onCancel={() => setQuestion(null)}
      >
        What you have answered counts. You cannot come back to the questions that are left, or change an
        answer.
      </ConfirmDialog>
    </Shell>
  );
}

function isTyping({ conversation, obstacle, block }: Correspondence): boolean {
  return turnOf(conversation) === null && !conversation.isOver && obstacle !== 'offline' && block === null;
}

type BelowProps = {
  writer: Correspondence;
  interview: Interview;
  microphone: string | null;
  onEnd: () => void;
};

/** Under the conversation: the box for the answer, or why there is none. */
function Below({ writer, interview, microphone, onEnd }: BelowProps) {
  const { conversation, block, draft } = writer;
  if (conversation.isOver) {
    return (
      <div className={css.over}>
        <p>The interview is over. Thank you for your time.</p>
        <Button look="primary" autoFocus isPending={!conversation.hasEnded} onPress={onEnd}>
          Continue
        </Button>
      </div>
    );
  }
  if (block) {
    return (
      <Notice kind="warning">
        {block.kind === 'by_voice' ? (
          <>
            <p>This interview is being held by voice, perhaps in another tab or on another device.</p>
            <Button onPress={writer.takeOver}>Go on here in writing</Button>
          </>
        ) : (
          <>
            <p>{block.message}</p>
            <Button onPress={() => location.reload()}>Reload the page</Button>
          </>
        )}
      </Notice>
    );
  }
  return (
    <>
      <AdviceNotice advice={writer.advice} lines={conversation.lines} />
      <Composer
        interview={interview}
        microphone={microphone}
        draft={draft}
        onDraft={writer.setDraft}
        turnId={writer.isFinishing ? null : turnOf(conversation)}
        onSend={writer.send}
      />
    </>
  );
}

/** What is going on, in words; empty: the candidate is to write. */
function statusOf({ conversation, obstacle, isOpen, isFinishing, block }: Correspondence): string {
  if (conversation.isOver || block) return '';
  if (obstacle === 'offline') {
    return conversation.sending
      ? 'No connection: your answer is kept and will be sent.'
      : 'No connection. The page tries again by itself.';
  }
  if (isFinishing) return 'Finishing the interview…';
  if (!isOpen || turnOf(conversation) !== null) return '';
  return obstacle ? 'The interviewer is thinking…' : 'The interviewer is writing…';
}
