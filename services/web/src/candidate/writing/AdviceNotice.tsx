import { Fold } from '../../ui/Fold';
import { Notice } from '../../ui/Notice';
import type { Line } from './conversation';
import type { Advice } from './useConversation';

/** What became of an answer that does not count, and what to do. */
export function AdviceNotice({ advice, lines }: { advice: Advice | null; lines: readonly Line[] }) {
  switch (advice?.kind) {
    case undefined:
      return null;
    case 'answered_elsewhere':
      // where what counts is this very answer, there is nothing to tell
      if (lines.some(({ speaker, text }) => speaker === 'candidate' && text === advice.words)) return null;
      return (
        <Notice>
          <p>
            The interview has gone on meanwhile, perhaps in another tab. What counts is above; please go on
            from there.
          </p>
          <Fold title="What you wrote here">
            <p>{advice.words}</p>
          </Fold>
        </Notice>
      );
    case 'moved_on':
      return (
        <Notice>
          <p>
            The interviewer has said something more meanwhile. Please read it: your text is still here, to be
            changed or sent.
          </p>
        </Notice>
      );
    case 'rejected':
      return (
        <Notice kind="warning">
          <p>
            The interviewer could not take in this answer. Please send it again, in other words if you can.
          </p>
        </Notice>
      );
    case 'refused':
      return <Notice kind="warning">{advice.message}</Notice>;
  }
}
