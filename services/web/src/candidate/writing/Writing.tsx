import { Shell } from '../../ui/Shell';
import type { Interview, Session } from '../interview';

type Props = {
  interview: Interview;
  session: Session;
  /** The room may still have the interview: it is taken over. */
  isFromVoice: boolean;
  onSpeak: () => void;
  onLeave: () => void;
  onEnd: () => void;
};

export function Writing({ session }: Props) {
  return (
    <Shell>
      <h1>{session.title}</h1>
    </Shell>
  );
}
